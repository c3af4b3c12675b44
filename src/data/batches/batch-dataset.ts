import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';

/** The tensors of a batch that can be a model's input. */
export const BATCH_INPUTS = ['tokenIds', 'paddingMask', 'image'] as const;

/** The name of a tensor of a batch that can be a model's input. */
export type BatchInput = (typeof BATCH_INPUTS)[number];

/** The labels of a batch, of which tfjs' own loop takes the first. */
const BATCH_LABELS = ['label', 'textLabel', 'imageLabel'] as const;

type BatchLabel = (typeof BATCH_LABELS)[number];

/** The part of a batch that a model trains on. */
type TrainableBatch = Readonly<Record<BatchInput | BatchLabel, Tensor>>;

/** Options of `MvsaBatches.toDataset`. */
export interface BatchDatasetOptions {
  /**
   * Which tensor each of the model's inputs receives, by the input's name: `{ 'text/ids': 'tokenIds' }`.
   * @defaultValue the three tensors by their own names; a model may use only some of them if `inputs` names those
   */
  readonly inputs?: Readonly<Record<string, BatchInput>>;
}

/** What `model.fitDataset`, `model.evaluateDataset` and tf.data take for a data set. */
export interface BatchDataset {
  /** Number of batches. */
  readonly size: number;
  /** Starts an epoch; the order of a shuffled one changes from call to call. */
  iterator(): Promise<{
    /**
     * The next batch, with the labels as float32: tfjs' `sparseCategoricalCrossentropy` refuses int32. Who takes it disposes
     * its tensors, as `fitDataset` does.
     */
    next(): Promise<
      IteratorResult<{
        /** The inputs by name. */
        readonly xs: NamedTensorMap;
        /** The labels, [batch] float32. */
        readonly ys: Tensor;
      }>
    >;
  }>;
}

/** Wraps batches as a data set of tfjs. */
export function batchDataset(
  batches: AsyncIterable<TrainableBatch>,
  size: number,
  options: BatchDatasetOptions,
): BatchDataset {
  checkOptionNames('toDataset', options, { inputs: true });
  const { inputs = { tokenIds: 'tokenIds', paddingMask: 'paddingMask', image: 'image' } } = options;
  const names = Object.entries(inputs);
  const unknown = names.find(([, input]) => !BATCH_INPUTS.includes(input));
  if (unknown !== undefined || names.length === 0) {
    throw new OptionError(
      `inputs: expected tensors among ${BATCH_INPUTS.join(', ')} by the names of the model's inputs, received ${JSON.stringify(inputs)}.`,
    );
  }
  return {
    size,
    async iterator() {
      // fitDataset asks for one iterator more than it uses: nothing is read before the first `next`.
      const iterator = batches[Symbol.asyncIterator]();
      const { cast, clone, dispose } = await import('@tensorflow/tfjs-core');
      return {
        async next() {
          const { done, value: batch } = await iterator.next();
          if (done) return { done: true, value: undefined };
          const xs: NamedTensorMap = {};
          // Clones, so that each can be disposed by itself even where two inputs share a tensor.
          for (const [name, input] of names) xs[name] = clone(batch[input]);
          const ys = cast(batch.label, 'float32');
          dispose([...BATCH_LABELS, ...BATCH_INPUTS].map((name) => batch[name]));
          return { done: false, value: { xs, ys } };
        },
      };
    },
  };
}
