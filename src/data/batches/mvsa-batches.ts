import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { OptionError } from '../../errors';
import { createRandom, deriveSeed } from '../../random';
import { checkPairs, type MvsaPair } from '../mvsa/mvsa-dataset';
import {
  BATCH_INPUTS,
  type BatchDataset,
  type BatchDatasetOptions,
  type BatchInput,
  batchDataset,
} from './batch-dataset';
import { type MvsaBatchesOptions, resolveBatchOptions } from './batch-options';
import { batchReader } from './batch-reader';
import { prefetch } from './prefetch';

/** Some posts as tensors; who iterates disposes them, all six. */
export interface MvsaBatch {
  /** [batch, tokens] int32 */
  readonly tokenIds: Tensor2D;
  /** [batch, tokens] float32; 1 = real, 0 = padding */
  readonly paddingMask: Tensor2D;
  /** [batch, height, width, 3] float32, normalised */
  readonly image: Tensor4D;
  /** [batch] int32, class indices in the order of `SENTIMENT_LABELS`; tfjs' own losses want them as float32, as `toDataset` gives them */
  readonly label: Tensor1D;
  /** [batch] int32, the labels of the texts alone, for an auxiliary loss */
  readonly textLabel: Tensor1D;
  /** [batch] int32, the labels of the images alone, for an auxiliary loss */
  readonly imageLabel: Tensor1D;
  /** The posts' ids. */
  readonly ids: readonly string[];
  /** The posts' texts, as the model sees them and as posted. */
  readonly texts: readonly {
    /** The text as posted. */
    readonly raw: string;
    /** The text after `normalizeText`. */
    readonly text: string;
    /** Whether nothing but white space is left, as of a post that was a URL alone and whose URLs are removed. */
    readonly isEmpty: boolean;
  }[];
}

/** Batches that can be iterated again and again; each iteration is an epoch. */
export interface MvsaBatches extends AsyncIterable<MvsaBatch> {
  /** Number of batches in an epoch; fewer come when every post of one is skipped. */
  readonly size: number;
  /**
   * One epoch by its number, whatever was iterated before: to resume training, or to see an order again.
   *
   * @param index 0 for what the first `for await` gives, and so on
   */
  epoch(index: number): AsyncIterable<MvsaBatch>;
  /** The same batches for `model.fitDataset` and `model.evaluateDataset`; leave their `batchesPerEpoch` unset. */
  toDataset(options?: BatchDatasetOptions): BatchDataset;
}

/**
 * Reads posts in batches of tensors, decoding the next ones while the consumer works.
 *
 * For tfjs' own `fitDataset` and for loops of your own. The library's `train` and `evaluate` do not take batches: they want
 * {@link LabelledExamples}, and a model that ends in logits.
 *
 * Nothing is read before the first batch is asked for. Each iteration starts anew; the n-th one (from 0) to ask for a batch is epoch
 * n, and the order of a shuffled epoch depends on `seed` and n alone. Leaving a loop early stops the reading before the loop's
 * next line runs.
 *
 * @param pairs the posts, such as a split of a data set
 * @throws {@link OptionError} for an option out of its range, and when there is no batch to make.
 * @throws {@link DataError} while iterating, for an image that cannot be decoded (names the post), unless `unreadable` is
 *   `'skip'`, and for a tokenizer's wrong ids.
 * @throws {@link OptionError} while iterating, for a label that is none.
 * @throws {@link DependencyError} while iterating, when the optional package sharp is absent or broken.
 * @remarks Memory holds `prefetch + 1` batches at most; of 32 images of 224 x 224, one takes 19 MB. Decoding runs in threads of
 * its own, the resize in the main one: a consumer that computes there without a pause is overlapped by decoding only.
 * @example
 * ```ts
 * import { selectBackend } from 'mvsa-fusion/backend';
 * import { mvsaBatches, openMvsa } from 'mvsa-fusion/data';
 * import { dispose } from '@tensorflow/tfjs-core';
 * import { AutoTokenizer } from '@xenova/transformers';
 *
 * await selectBackend();
 * const { pairs } = await openMvsa('./MVSA_Single');
 * const tokenizer = await AutoTokenizer.from_pretrained('Xenova/bert-base-uncased');
 * const batches = mvsaBatches(pairs, { tokenizer, batchSize: 16, shuffle: true, seed: 7 });
 * for await (const { ids, texts, ...tensors } of batches) {
 *   console.log(ids, tensors.tokenIds.shape, tensors.image.shape); // ... [16, 64] [16, 224, 224, 3]
 *   dispose(tensors);
 * }
 * ```
 * @example
 * With tfjs' own training loop, for a model whose inputs are named `ids`, `mask` and `pixels` and whose output is a softmax:
 * ```ts
 * import type { MvsaBatches } from 'mvsa-fusion/data';
 * import type { LayersModel } from '@tensorflow/tfjs-layers';
 *
 * declare const model: LayersModel, batches: MvsaBatches, validation: MvsaBatches;
 * const inputs = { ids: 'tokenIds', mask: 'paddingMask', pixels: 'image' } as const;
 * model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
 * await model.fitDataset(batches.toDataset({ inputs }), { epochs: 2, validationData: validation.toDataset({ inputs }) });
 * ```
 * With tf.data, to map them further: `tf.data.generator(() => batches[Symbol.asyncIterator]())`, then `.map(({ tokenIds,
 * paddingMask, image, label }) => ({ xs: { tokenIds, paddingMask, image }, ys: tf.cast(label, 'float32') }))`.
 */
export function mvsaBatches(pairs: readonly MvsaPair[], options: MvsaBatchesOptions): MvsaBatches {
  checkPairs('mvsaBatches', pairs);
  const resolved = resolveBatchOptions(options);
  const { batchSize, dropRemainder, shuffle, seed, ahead } = resolved;
  const read = batchReader(options);
  const size = dropRemainder ? Math.floor(pairs.length / batchSize) : Math.ceil(pairs.length / batchSize);
  if (size === 0) {
    const enough = dropRemainder ? `at least ${batchSize} posts, one batch` : 'at least one post';
    throw new OptionError(
      `mvsaBatches: expected ${enough}, received ${pairs.length}. Look at the dropped and skipped posts of the data set, or at the split.`,
    );
  }

  async function* iterate(epoch: () => number): AsyncGenerator<MvsaBatch, void> {
    const posts = [...pairs];
    const index = epoch();
    if (shuffle) createRandom(deriveSeed(seed, `epoch ${index}`)).shuffle(posts);
    const lists = Array.from({ length: size }, (_, at) => posts.slice(at * batchSize, (at + 1) * batchSize));
    // Loaded here: the other uses of this folder need no tfjs.
    const { tensor1d } = await import('@tensorflow/tfjs-core');
    for await (const batch of prefetch(lists, ahead, read)) {
      if (batch === null) continue;
      const { examples, texts } = batch;
      const { label, textLabel, imageLabel } = examples.labels;
      const inputs = await examples.batch([...examples.posts.keys()], BATCH_INPUTS);
      yield {
        ...(inputs as Pick<MvsaBatch, BatchInput>),
        label: tensor1d(label, 'int32'),
        textLabel: tensor1d(textLabel as Int32Array, 'int32'),
        imageLabel: tensor1d(imageLabel as Int32Array, 'int32'),
        ids: examples.posts.map(({ id }) => id as string),
        texts,
      };
    }
  }

  let started = 0;
  const batches: MvsaBatches = {
    size,
    [Symbol.asyncIterator]: () => iterate(() => started++),
    epoch(index) {
      if (!Number.isSafeInteger(index) || index < 0) {
        throw new OptionError(`epoch: expected a whole number of at least 0, received ${index}.`);
      }
      return { [Symbol.asyncIterator]: () => iterate(() => index) };
    },
    toDataset: (datasetOptions = {}) => batchDataset(batches, size, datasetOptions),
  };
  return batches;
}
