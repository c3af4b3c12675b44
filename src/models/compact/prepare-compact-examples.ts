import { type NamedTensorMap, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { mapConcurrently } from '../../concurrency';
import { decodeImage, encodeLabels, imageNetTransform, type MvsaPair, type SkippedPost } from '../../data';
import { DataError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import type { Progress } from '../../types';
import type { PostExamples } from '../join-examples';
import { IMAGE_SIZE } from './compact-image-encoder';
import { type CompactText, encodeCompactText } from './compact-text';

/** Options of {@link prepareCompactExamples}. */
export interface PrepareCompactOptions {
  /** How texts become ids; learnt from the training texts. */
  readonly compactText: CompactText;
  /**
   * Height and width of the decoded image.
   * @defaultValue 56
   */
  readonly imageSize?: number;
  /** Called after each post, stage `'prepare'`. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops before the next post. */
  readonly signal?: AbortSignal;
}

const PREPARE_OPTIONS = {
  compactText: { isRequired: true },
  imageSize: IMAGE_SIZE,
  onProgress: {},
  signal: {},
} as const satisfies OptionTable<PrepareCompactOptions>;

/** Posts in memory, ready for the compact model. */
export interface CompactExamples extends PostExamples {
  /** Posts left out because their image cannot be decoded, with the reason. */
  readonly unreadable: readonly SkippedPost[];
}

/**
 * [256 bytes, 3 channels]: what each byte becomes. Rounded to float32 once, where `imageToFloat` rounds at each step as torch does: the
 * published results were measured so.
 */
const NORMALIZED = Float32Array.from({ length: 256 * 3 }, (_, at) => {
  const [byte, channel] = [Math.floor(at / 3), at % 3];
  const { mean, std } = imageNetTransform;
  return (byte / 255 - (mean[channel] as number)) / (std[channel] as number);
});

/**
 * Decodes and encodes posts into memory: images as bytes, texts as ids.
 *
 * Inputs given by name: `gramIds` [batch, tokens, gramsPerToken] and `paddingMask` [batch, tokens], padded to the
 * longest text of the batch, `wideIds` and `wideWeights` [batch, maxGrams], `image` [batch, imageSize, imageSize, 3] normalised.
 *
 * @throws {@link OptionError} when an option is unknown or out of range.
 * @throws {@link DependencyError} when sharp is missing. A damaged image throws nothing: its post is left out and listed.
 */
export async function prepareCompactExamples(
  pairs: readonly MvsaPair[],
  options: PrepareCompactOptions,
): Promise<CompactExamples> {
  const { compactText, imageSize, onProgress, signal } = resolveOptions(
    'prepareCompactExamples',
    options,
    PREPARE_OPTIONS,
  );
  const unreadable: SkippedPost[] = [];
  let done = 0;
  const decoded = await mapConcurrently(pairs, 4, async (pair) => {
    signal?.throwIfAborted();
    const pixels = await decodeImage(pair.imagePath, { size: imageSize }).catch((error: unknown) => {
      if (!(error instanceof DataError)) throw error;
      unreadable.push({ id: pair.id, reason: error.message });
      return undefined;
    });
    onProgress?.({ stage: 'prepare', done: ++done, total: pairs.length });
    return pixels && { pair, pixels, text: encodeCompactText(compactText, pair.text) };
  });
  const examples = decoded.filter((example) => example !== undefined);

  const { gramsPerToken, maxGrams } = compactText;
  type Example = (typeof examples)[number];
  // Padding past the longest text of the batch would only be multiplied and masked.
  const longest = (batch: readonly Example[]) =>
    Math.max(1, ...batch.map(({ text }) => text.paddingMask.lastIndexOf(1) + 1));
  const ids =
    (shape: readonly number[], of: (example: Example) => Int32Array) => (batch: readonly Example[]) =>
      stack(Int32Array, batch.map(of), shape, 'int32');
  const numbers =
    (shape: readonly number[], of: (example: Example) => Float32Array) => (batch: readonly Example[]) =>
      stack(Float32Array, batch.map(of), shape, 'float32');
  const inputs: Readonly<Record<string, (batch: readonly Example[]) => Tensor>> = {
    gramIds: (batch) => ids([longest(batch), gramsPerToken], ({ text }) => text.gramIds)(batch),
    paddingMask: (batch) => numbers([longest(batch)], ({ text }) => text.paddingMask)(batch),
    wideIds: ids([maxGrams], ({ text }) => text.wideIds),
    wideWeights: numbers([maxGrams], ({ text }) => text.wideWeights),
    image: numbers([imageSize, imageSize, 3], ({ pixels }) => normalizePixels(pixels)),
  };
  return {
    pairs: examples.map(({ pair }) => pair),
    unreadable,
    size: examples.length,
    labels: encodeLabels(examples.map(({ pair }) => pair)),
    batch(indices, inputNames) {
      const batch = indices.map((index) => examples[index] as Example);
      const named: NamedTensorMap = {};
      for (const name of inputNames) {
        const make = inputs[name];
        if (make) named[name] = make(batch);
      }
      return named;
    },
  };
}

function normalizePixels(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let index = 0; index < values.length; index++) {
    values[index] = NORMALIZED[3 * (pixels[index] as number) + (index % 3)] as number;
  }
  return values;
}

function stack<A extends Int32Array | Float32Array>(
  Kind: new (length: number) => A,
  rows: readonly A[],
  shape: readonly number[],
  dtype: 'int32' | 'float32',
): Tensor {
  const width = shape.reduce((product, size) => product * size, 1);
  const values = new Kind(rows.length * width);
  for (const [row, numbers] of rows.entries()) values.set(numbers.subarray(0, width) as never, row * width);
  return tensor(values, [rows.length, ...shape], dtype);
}
