import { tensor } from '@tensorflow/tfjs-core';
import { mapConcurrently, mapInOrder } from '../../concurrency';
import { resizeImage } from '../../data';
import { padRows } from '../../data/batches/pad-rows';
import type { WorkOptions } from '../../data/batches/preparers/post-preparer';
import type { ImageContent } from '../../data/posts/post-source';
import { DataError } from '../../errors';
import { sha256 } from '../../files/digests';
import { type OptionTable, type ResolvedOptions, resolveOptions } from '../../options/option-table';
import { integerFrom, oneOf, TEXT } from '../../options/rules';
import type { ImageStream } from '../streams/stream';
import { type ImageDetail, openImageStore } from './feature-cache/feature-keys';
import type { FeatureRow } from './feature-cache/feature-store';
import { backgroundWriter, progressCounter, readRow } from './feature-cache/fill-store';
import { type FeaturePlace, memoryStore } from './feature-cache/memory-store';
import type { ImageExtractor, ImageFeatures } from './feature-extractor';

/** Options of {@link frozenImageStream}. */
export interface FrozenImageStreamOptions {
  /**
   * What is kept of an image: a vector for each region of the spatial map, or one for the whole.
   * @defaultValue `'grid'`
   */
  readonly regions?: ImageDetail;
  /**
   * The directory where features are kept from run to run, see `extractFeatures`.
   * @defaultValue none: in memory, until the examples are closed
   */
  readonly cache?: string;
  /**
   * How features are kept. float16 halves the space and rounds each number to a relative 0.0005.
   * @defaultValue `'float16'`
   */
  readonly dtype?: 'float16' | 'float32';
  /**
   * Images in a batch.
   * @defaultValue 8
   */
  readonly imageBatchSize?: number;
}

export const FROZEN_IMAGE_OPTIONS = {
  regions: { default: 'grid', rule: oneOf('grid', 'pooled') },
  cache: { rule: TEXT },
  dtype: { default: 'float16', rule: oneOf('float16', 'float32') },
  imageBatchSize: { default: 8, rule: integerFrom(1) },
} as const satisfies OptionTable<FrozenImageStreamOptions>;

type Settings = ResolvedOptions<FrozenImageStreamOptions, typeof FROZEN_IMAGE_OPTIONS>;

/** Files read at once for their keys, and images decoded ahead of the model. */
const READ_AT_ONCE = 8;
const DECODED_AHEAD = 6;
/** A sync of the disk takes milliseconds: rows are appended some batches at a time. */
const IMAGES_PER_APPEND = 32;

/**
 * Makes an image stream of a frozen model: its features are computed once, and nothing of it is trained.
 *
 * Input: `regions` [batch, regions, dim].
 *
 * @throws {@link OptionError} when an option is unknown or out of range.
 * @example
 * ```ts
 * import { frozenImageStream, resNet50Extractor } from 'mvsa-fusion/models';
 *
 * const image = frozenImageStream(await resNet50Extractor('./models/resnet50'), { cache: './.cache/features' });
 * console.log(image.dim, image.positions); // 2048 49
 * ```
 */
export function frozenImageStream(
  extractor: ImageExtractor,
  options: FrozenImageStreamOptions = {},
): ImageStream {
  const settings = resolveOptions('frozenImageStream', options, FROZEN_IMAGE_OPTIONS);
  const { regions: detail, dtype, cache } = settings;
  const { dim, grid } = extractor;
  const positions = detail === 'grid' ? grid[0] * grid[1] : 1;
  const openStore = async () =>
    cache === undefined ? memoryStore(dtype) : openImageStore(cache, extractor, { detail, dtype });
  return {
    dim,
    positions,
    inputNames: ['regions'],
    description: {
      family: 'frozen',
      origin: extractor.origin ?? null,
      extractor: extractor.config,
      regions: detail,
      dtype,
    },
    async prepare(images, work) {
      const found = await mapConcurrently(images, READ_AT_ONCE, (image) => findKey(image, work.signal));
      const keys = found.map((one) => one?.key ?? null);
      const contentOf = new Map(
        keys.flatMap((key, at) => (key === null ? [] : [[key, images[at] as ImageContent]])),
      );
      const store = await openStore();
      let problemOf: ReadonlyMap<string, string>;
      try {
        problemOf = await computeImages(extractor, store, contentOf, settings, work);
      } catch (error) {
        await store.close();
        throw error;
      }
      const problems = found.map((one) =>
        one === null ? null : (one.problem ?? problemOf.get(one.key as string) ?? null),
      );
      const read = async (index: number) => {
        const key = keys[index] ?? null;
        if (key === null || problems[index] !== null) return null;
        const content = images[index] as ImageContent;
        const row = await readRow(store, key, content.name, async () => {
          // Another image under the old key would be wrong for good.
          if ((await findKey(content))?.key !== key) return;
          const [features] = await extractor.run([await pixelsOf(content, extractor)]);
          await store.append([imageRow(key, features as ImageFeatures, detail)]);
        });
        return row.tensors[detail === 'grid' ? 'regions' : 'pooled'] as Float32Array;
      };
      return {
        problems,
        async batch(indices) {
          const rows = await Promise.all(indices.map(read));
          const { values } = padRows(Float32Array, rows, dim, { positions });
          return { regions: tensor(values, [rows.length, positions, dim]) };
        },
        close: () => store.close(),
      };
    },
    build: () => ({}),
    files: () => ({}),
    dispose: () => extractor.dispose(),
  };
}

/** The key of an image's content, or why it cannot be read; null for a missing image. */
async function findKey(
  image: ImageContent | null,
  signal?: AbortSignal,
): Promise<{ readonly key: string; readonly problem?: undefined } | { key: null; problem: string } | null> {
  signal?.throwIfAborted();
  if (image === null) return null;
  try {
    return { key: sha256(await image.bytes()) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { key: null, problem: error.message };
  }
}

async function pixelsOf(content: ImageContent, { transform }: ImageExtractor): Promise<Uint8Array> {
  return resizeImage(await content.decode(), transform).data;
}

/** Computes the images that the store lacks; gives the problem of each key whose image cannot be decoded. */
async function computeImages(
  extractor: ImageExtractor,
  store: FeaturePlace,
  contentOf: ReadonlyMap<string, ImageContent>,
  { imageBatchSize, regions: detail }: Settings,
  { onProgress, signal }: WorkOptions,
): Promise<Map<string, string>> {
  const missing = new Map([...contentOf].filter(([key]) => !store.has(key)));
  const count = progressCounter('images', missing.size, onProgress);
  const write = backgroundWriter(store);
  const problems = new Map<string, string>();
  const pixels = mapInOrder(missing, DECODED_AHEAD, async ([key, content]) => {
    signal?.throwIfAborted();
    try {
      return { key, bytes: await pixelsOf(content, extractor) };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return { key, problem: error.message };
    }
  });
  let batch: { key: string; bytes: Uint8Array }[] = [];
  let rows: FeatureRow[] = [];
  const flush = async () => {
    if (batch.length > 0) {
      const features = await extractor.run(batch.map(({ bytes }) => bytes));
      rows.push(...features.map((one, at) => imageRow((batch[at] as { key: string }).key, one, detail)));
      count(batch.length);
      batch = [];
    }
    if (rows.length >= IMAGES_PER_APPEND) {
      const full = rows;
      rows = [];
      await write(full);
    }
  };
  try {
    for await (const image of pixels) {
      if ('problem' in image) {
        problems.set(image.key, image.problem as string);
        count(1);
        continue;
      }
      signal?.throwIfAborted();
      batch.push(image);
      if (batch.length >= imageBatchSize) await flush();
    }
    await flush();
  } finally {
    // Also after an interruption: what is computed is kept.
    if (rows.length > 0) await write(rows);
    await write([]);
  }
  return problems;
}

/** An image's features as a store takes them. */
function imageRow(key: string, { regions, pooled }: ImageFeatures, detail: ImageDetail): FeatureRow {
  return { key, tensors: detail === 'grid' ? { regions, pooled } : { pooled } };
}
