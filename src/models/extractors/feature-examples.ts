import { type NamedTensorMap, tensor } from '@tensorflow/tfjs-core';
import { encodeLabels, type MvsaPair, type SkippedPost } from '../../data';
import { DataError } from '../../errors';
import type { PostExamples } from '../join-examples';
import type { ImageDetail, TextDetail } from './feature-cache/feature-keys';
import type { FeatureStore, StoredFeatures } from './feature-cache/feature-store';

/**
 * Posts with their features on disk, ready for training; batches are read when they are needed.
 *
 * A row that is found damaged is computed anew, for which the extractors must not be disposed.
 */
export interface FeatureExamples extends PostExamples {
  /** Posts left out because their image cannot be decoded. */
  readonly unreadable: readonly SkippedPost[];
  /** Closes the files of the cache; batches cannot be read any more. */
  close(): Promise<void>;
}

interface Stream<Detail> {
  readonly store: FeatureStore;
  readonly detail: Detail;
  readonly dim: number;
  /** Computes a post's features and stores them under their key. */
  recompute(pair: MvsaPair, key: string): Promise<void>;
}

/** Where text features lie. */
export type TextStream = Stream<TextDetail>;

/** Where image features lie, and how many regions an image has. */
export type ImageStream = Stream<ImageDetail> & { readonly count: number };

/** A post and the keys of its features; null where a stream is absent. */
interface Example {
  readonly pair: MvsaPair;
  readonly textKey: string | null;
  readonly imageKey: string | null;
}

/** Wraps posts whose features a cache holds. */
export function featureExamples(
  examples: readonly Example[],
  unreadable: readonly SkippedPost[],
  streams: {
    readonly texts?: TextStream;
    readonly images?: ImageStream;
  },
): FeatureExamples {
  const { texts, images } = streams;
  const pairs = examples.map(({ pair }) => pair);
  return {
    pairs,
    unreadable,
    size: examples.length,
    labels: encodeLabels(pairs),
    async batch(indices, inputNames) {
      const batch = indices.map((index) => examples[index] as Example);
      const wants = (...names: string[]) => names.some((name) => inputNames.includes(name));
      const [text, image] = await Promise.all([
        texts && wants('tokens', 'paddingMask') ? readTexts(texts, batch) : {},
        images && wants('regions') ? readImages(images, batch) : {},
      ]);
      return { ...text, ...image };
    },
    async close() {
      await Promise.all([texts?.store.close(), images?.store.close()]);
    },
  };
}

/** Padded to the longest text of the batch: real tweets have 25 tokens, not 64. */
async function readTexts(stream: TextStream, batch: readonly Example[]): Promise<NamedTensorMap> {
  const { detail, dim } = stream;
  const rows = await Promise.all(batch.map(({ pair, textKey }) => readRow(stream, textKey as string, pair)));
  const lengths = rows.map((row) => (detail === 'sequence' ? row.length : 1));
  const longest = Math.max(...lengths);
  const tokens = new Float32Array(batch.length * longest * dim);
  const paddingMask = new Float32Array(batch.length * longest);
  for (const [at, row] of rows.entries()) {
    const values = row.tensors[detail === 'sequence' ? 'tokens' : 'pooled'] as Float32Array;
    tokens.set(values, at * longest * dim);
    paddingMask.fill(1, at * longest, at * longest + (lengths[at] as number));
  }
  return {
    tokens: tensor(tokens, [batch.length, longest, dim]),
    paddingMask: tensor(paddingMask, [batch.length, longest]),
  };
}

async function readImages(stream: ImageStream, batch: readonly Example[]): Promise<NamedTensorMap> {
  const { detail, dim, count } = stream;
  const regionsEach = detail === 'grid' ? count : 1;
  const regions = new Float32Array(batch.length * regionsEach * dim);
  const rows = await Promise.all(
    batch.map(({ pair, imageKey }) => readRow(stream, imageKey as string, pair)),
  );
  for (const [at, row] of rows.entries()) {
    const values = row.tensors[detail === 'grid' ? 'regions' : 'pooled'] as Float32Array;
    regions.set(values, at * regionsEach * dim);
  }
  return { regions: tensor(regions, [batch.length, regionsEach, dim]) };
}

async function readRow(
  stream: TextStream | ImageStream,
  key: string,
  pair: MvsaPair,
): Promise<StoredFeatures> {
  let row = await stream.store.read(key);
  if (row === null) {
    await stream.recompute(pair, key);
    row = await stream.store.read(key);
  }
  if (row === null) {
    throw new DataError(
      `post ${pair.id}: its features in the cache are damaged, and its image is not the one that they were computed from. Run extractFeatures again.`,
    );
  }
  return row;
}
