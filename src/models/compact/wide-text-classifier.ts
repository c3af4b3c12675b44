import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { embeddingBag } from '../../layers';

/** Options of {@link wideTextClassifier}. */
export interface WideTextClassifierOptions {
  /** Rows of the hashed weight table. */
  readonly buckets: number;
  /** N-grams of a text; longer texts are cut, shorter ones padded. */
  readonly maxGrams: number;
  /**
   * Number of classes.
   * @defaultValue 3
   */
  readonly numClasses?: number;
}

/**
 * Builds a linear classifier on a text's hashed n-grams: the wide path beside the deep one.
 *
 * Inputs: `wideIds` [batch, maxGrams] int32, 0 = padding, and `wideWeights` [batch, maxGrams], TF-IDF; see
 * `encodeCompactText`. Output: logits [batch, numClasses], zero before training.
 *
 * @example
 * ```ts
 * import { wideTextClassifier } from 'mvsa-fusion/models';
 *
 * console.log(wideTextClassifier({ buckets: 4096, maxGrams: 64 }).outputs[0]?.shape); // [null, 3]
 * ```
 * @see Cheng et al. 2016, "Wide & Deep Learning for Recommender Systems", section 3.1; Weinberger et al. 2009,
 * "Feature Hashing for Large Scale Multitask Learning"
 */
export function wideTextClassifier({
  buckets,
  maxGrams,
  numClasses = 3,
}: WideTextClassifierOptions): LayersModel {
  const ids = input({ shape: [maxGrams], name: 'wideIds', dtype: 'int32' });
  const weights = input({ shape: [maxGrams], name: 'wideWeights' });
  const table = embeddingBag({
    name: 'wide_text/table',
    inputDim: buckets,
    outputDim: numClasses,
    initialScale: 0,
  });
  const logits = table.apply([ids, weights]) as SymbolicTensor;
  return model({ inputs: [ids, weights], outputs: logits, name: 'wide_text' });
}
