import { type NamedTensorMap, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { mapConcurrently } from '../../concurrency';
import { decodeImage, encodeLabels, type LabelledExamples, type MvsaPair } from '../../data';
import { DataError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { COMPACT_IMAGE_OPTIONS } from './compact-image-encoder';
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
  /** Called after each post. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops before the next post. */
  readonly signal?: AbortSignal;
}

const PREPARE_OPTIONS = {
  compactText: {},
  imageSize: COMPACT_IMAGE_OPTIONS.imageSize,
  onProgress: {},
  signal: {},
} as const satisfies OptionTable<PrepareCompactOptions>;

/** A post whose image cannot be decoded. */
export interface UnreadablePost {
  /** The post's id. */
  readonly id: string;
  /** What the decoder said, with the file. */
  readonly reason: string;
}

/** Posts in memory, ready for the compact model. */
export interface CompactExamples extends LabelledExamples {
  /** The posts, in the order of their indices. */
  readonly pairs: readonly MvsaPair[];
  /** Posts left out because their image cannot be decoded, with the reason. */
  readonly unreadable: readonly UnreadablePost[];
}

/** ImageNet's channel means and deviations, on values in [0, 1]; torchvision's published constants. */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;

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
  const unreadable: UnreadablePost[] = [];
  let done = 0;
  const decoded = await mapConcurrently(pairs, 4, async (pair) => {
    signal?.throwIfAborted();
    const pixels = await decodeImage(pair.imagePath, { size: imageSize }).catch((error: unknown) => {
      if (!(error instanceof DataError)) throw error;
      unreadable.push({ id: pair.id, reason: error.message });
      return undefined;
    });
    onProgress?.(++done, pairs.length);
    return pixels && { pair, pixels, text: encodeCompactText(compactText, pair.text) };
  });
  const posts = decoded.filter((post) => post !== undefined);

  const { gramsPerToken, maxGrams } = compactText;
  type Post = (typeof posts)[number];
  // Padding past the longest text of the batch would only be multiplied and masked.
  const longest = (batch: readonly Post[]) =>
    Math.max(1, ...batch.map(({ text }) => text.paddingMask.lastIndexOf(1) + 1));
  const ids = (shape: readonly number[], of: (post: Post) => Int32Array) => (batch: readonly Post[]) =>
    stack(Int32Array, batch.map(of), shape, 'int32');
  const numbers = (shape: readonly number[], of: (post: Post) => Float32Array) => (batch: readonly Post[]) =>
    stack(Float32Array, batch.map(of), shape, 'float32');
  const inputs: Readonly<Record<string, (batch: readonly Post[]) => Tensor>> = {
    gramIds: (batch) => ids([longest(batch), gramsPerToken], ({ text }) => text.gramIds)(batch),
    paddingMask: (batch) => numbers([longest(batch)], ({ text }) => text.paddingMask)(batch),
    wideIds: ids([maxGrams], ({ text }) => text.wideIds),
    wideWeights: numbers([maxGrams], ({ text }) => text.wideWeights),
    image: numbers([imageSize, imageSize, 3], ({ pixels }) => normalizePixels(pixels)),
  };
  return {
    pairs: posts.map(({ pair }) => pair),
    unreadable,
    size: posts.length,
    labels: encodeLabels(posts.map(({ pair }) => pair)),
    batch(indices, inputNames) {
      const batch = indices.map((index) => posts[index] as Post);
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
    const channel = index % 3;
    values[index] =
      ((pixels[index] as number) / 255 - (MEAN[channel] as number)) / (DEVIATION[channel] as number);
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
