import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Examples } from '../../data';
import { DataError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { integerFrom } from '../../options/rules';
import type { Progress } from '../../types';
import { functionalModel } from '../loop/model-layers';
import { checkExamples } from './check-examples';

/** Options of {@link predictProbabilities}. */
export interface PredictOptions {
  /**
   * Posts in one forward pass.
   * @defaultValue 64
   */
  readonly batchSize?: number;
  /** Called after each forward pass, stage `'predict'`; awaited. */
  readonly onProgress?: (progress: Progress) => void | Promise<void>;
  /** Ends the work after the forward pass in flight, with the signal's reason as error. */
  readonly signal?: AbortSignal;
}

export const PREDICT_OPTIONS = {
  batchSize: { default: 64, rule: integerFrom(1) },
  onProgress: {},
  signal: {},
} as const satisfies OptionTable<PredictOptions>;

/**
 * Runs a classifier over a data set and returns each post's class probabilities.
 *
 * @param model a model whose first output is `logits` [batch, classes]
 * @param data the posts; labels are not needed
 * @returns [posts][classes], each row summing to 1
 * @throws {@link OptionError} when an option is unknown or out of range, and when `data` are no `Examples`, such as the batches of `mvsaBatches`
 */
export async function predictProbabilities(
  model: LayersModel,
  data: Examples,
  options: PredictOptions = {},
): Promise<number[][]> {
  const { batchSize, onProgress, signal } = resolveOptions('predictProbabilities', options, PREDICT_OPTIONS);
  checkExamples('data', data, 'optional');
  const graph = functionalModel(model);
  const rows: number[][] = [];
  for (let start = 0; start < data.size; start += batchSize) {
    signal?.throwIfAborted();
    const indices = Array.from({ length: Math.min(batchSize, data.size - start) }, (_, at) => start + at);
    const inputs = await takeBatch(graph, data, indices);
    let probabilities: tf.Tensor | undefined;
    try {
      probabilities = tf.tidy(() => {
        const outputs = graph.apply(inputs, { training: false }) as tf.Tensor | tf.Tensor[];
        return tf.softmax((Array.isArray(outputs) ? outputs[0] : outputs) as tf.Tensor2D);
      });
      rows.push(...((await probabilities.array()) as number[][]));
    } finally {
      tf.dispose(probabilities ? [probabilities, ...inputs] : inputs);
    }
    await onProgress?.({ stage: 'predict', done: rows.length, total: data.size });
    await tf.nextFrame();
  }
  return rows;
}

/** The tensors of one batch in the order of the model's inputs; what the data give beyond them is disposed of. */
export async function takeBatch(
  model: LayersModel,
  data: Examples,
  indices: readonly number[],
): Promise<tf.Tensor[]> {
  const named = await data.batch(indices, model.inputNames);
  const missing = model.inputNames.find((name) => !named[name]);
  if (missing !== undefined) {
    tf.dispose(named);
    throw new DataError(
      `The model reads an input '${missing}'; the data give ${Object.keys(named).join(', ') || 'none'}. ` +
        'Prepare the data for this model, or build the model for these data.',
    );
  }
  const inputs = model.inputNames.map((name) => named[name] as tf.Tensor);
  tf.dispose(Object.values(named).filter((tensor) => !inputs.includes(tensor)));
  return inputs;
}
