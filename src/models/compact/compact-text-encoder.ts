import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { embeddingBag, layerNorm } from '../../layers';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { INTEGER, integerFrom } from '../../options/rules';
import { deriveSeed } from '../../random';
import { dense } from '../dense';
import { COMPACT_TEXT_SIZES } from './compact-text-sizes';

/** Options of {@link compactTextEncoder}. */
export interface CompactTextEncoderOptions {
  /**
   * Ids of one token: its word and its character n-grams.
   * @defaultValue 12, as `fitCompactText`
   */
  readonly gramsPerToken?: number;
  /**
   * Rows of the hashed embedding table.
   * @defaultValue 16384, as `fitCompactText`
   */
  readonly buckets?: number;
  /**
   * Width of a token.
   * @defaultValue 64
   */
  readonly dim?: number;
  /**
   * Decides the initial weights.
   * @defaultValue 0
   */
  readonly seed?: number;
}

const TEXT_OPTIONS = {
  gramsPerToken: COMPACT_TEXT_SIZES.gramsPerToken,
  buckets: COMPACT_TEXT_SIZES.buckets,
  dim: { default: 64, rule: integerFrom(1) },
  seed: { default: 0, rule: INTEGER },
} as const satisfies OptionTable<CompactTextEncoderOptions>;

/**
 * Builds a small text encoder that trains from scratch: hashed word and character n-gram embeddings per token.
 *
 * Input: `gramIds` [batch, tokens, gramsPerToken] int32, 0 = padding, with as many tokens as the batch needs; see
 * `encodeCompactText`. Output: `tokens` [batch, tokens, dim].
 *
 * @throws {@link OptionError} when an option is unknown or out of range.
 * @example
 * ```ts
 * import { compactTextEncoder } from 'mvsa-fusion/models';
 *
 * const encoder = compactTextEncoder(); // of texts that fitCompactText(texts) encodes
 * console.log(encoder.outputs[0]?.shape); // [null, null, 64]
 * ```
 * @see Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", section 3.2
 */
export function compactTextEncoder(options: CompactTextEncoderOptions = {}): LayersModel {
  const { gramsPerToken, buckets, dim, seed } = resolveOptions('compactTextEncoder', options, TEXT_OPTIONS);
  const gramIds = input({ shape: [null, gramsPerToken], name: 'gramIds', dtype: 'int32' });
  const embedded = embeddingBag({
    name: 'text_encoder/embedding',
    inputDim: buckets,
    outputDim: dim,
    seed: deriveSeed(seed, 'embedding'),
  }).apply(gramIds) as SymbolicTensor;
  const hidden = dense({ name: 'text_encoder/hidden', units: dim, activation: 'relu', seed }).apply(embedded);
  const sum = layers.add({ name: 'text_encoder/residual' }).apply([embedded, hidden as SymbolicTensor]);
  const tokens = layerNorm({ name: 'text_encoder/norm', epsilon: 1e-5 }).apply(sum) as SymbolicTensor;
  return model({ inputs: gramIds, outputs: tokens, name: 'text_encoder' });
}

/** Options of {@link wideTextClassifier}. */
export interface WideTextClassifierOptions {
  /**
   * Rows of the hashed weight table.
   * @defaultValue 65536, as `wideBuckets` of `fitCompactText`
   */
  readonly buckets?: number;
  /**
   * N-grams of a text; longer texts are cut, shorter ones padded.
   * @defaultValue 64, as `fitCompactText`
   */
  readonly maxGrams?: number;
  /**
   * Number of classes.
   * @defaultValue 3
   */
  readonly numClasses?: number;
}

const WIDE_OPTIONS = {
  buckets: COMPACT_TEXT_SIZES.wideBuckets,
  maxGrams: COMPACT_TEXT_SIZES.maxGrams,
  numClasses: { default: 3, rule: integerFrom(2) },
} as const satisfies OptionTable<WideTextClassifierOptions>;

/**
 * Builds a linear classifier on a text's hashed n-grams: the wide path beside the deep one.
 *
 * Inputs: `wideIds` [batch, maxGrams] int32, 0 = padding, and `wideWeights` [batch, maxGrams], TF-IDF; see
 * `encodeCompactText`. Output: logits [batch, numClasses], zero before training.
 *
 * @throws {@link OptionError} when an option is unknown or out of range.
 * @example
 * ```ts
 * import { wideTextClassifier } from 'mvsa-fusion/models';
 *
 * console.log(wideTextClassifier().outputs[0]?.shape); // [null, 3]
 * ```
 * @see Cheng et al. 2016, "Wide & Deep Learning for Recommender Systems", section 3.1; Weinberger et al. 2009,
 * "Feature Hashing for Large Scale Multitask Learning"
 */
export function wideTextClassifier(options: WideTextClassifierOptions = {}): LayersModel {
  const { buckets, maxGrams, numClasses } = resolveOptions('wideTextClassifier', options, WIDE_OPTIONS);
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
