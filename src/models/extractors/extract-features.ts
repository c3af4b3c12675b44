import { mapInOrder } from '../../concurrency';
import {
  decodeImage,
  type MvsaPair,
  normalizeText,
  type SkippedPost,
  type TextOptions,
  type TextPreset,
} from '../../data';
import { DataError, OptionError } from '../../errors';
import { type OptionTable, type ResolvedOptions, resolveOptions } from '../../options/option-table';
import { integerFrom, oneOf } from '../../options/rules';
import type { Progress } from '../../types';
import {
  type ImageDetail,
  imageKeys,
  openImageStore,
  openTextStore,
  type TextDetail,
  textKey,
} from './feature-cache/feature-keys';
import type { FeatureRow, FeatureStore } from './feature-cache/feature-store';
import { imageRow, imageStream, lengthBatches, textRow, textStream } from './feature-cache/feature-streams';
import { type FeatureExamples, featureExamples } from './feature-examples';
import type { ImageExtractor, TextExtractor } from './feature-extractor';

/** Options of {@link extractFeatures}. */
export interface ExtractFeaturesOptions {
  /** The text model; without it posts have no text features. */
  readonly text?: TextExtractor;
  /** The image model; without it posts have no image features. */
  readonly image?: ImageExtractor;
  /** The directory of the cache; created when absent. Features of other models and options may lie in it. */
  readonly cache: string;
  /**
   * What is kept of a text: a vector for each token, or one for the whole.
   * @defaultValue `'sequence'`
   */
  readonly tokens?: TextDetail;
  /**
   * What is kept of an image: a vector for each region of the spatial map, or one for the whole.
   * @defaultValue `'grid'`
   */
  readonly regions?: ImageDetail;
  /**
   * How texts are normalised before the tokenizer, see `normalizeText`.
   * @defaultValue `'tweet'`
   */
  readonly normalize?: TextOptions | TextPreset;
  /**
   * How numbers are stored. float16 halves the disk space and rounds each number to a relative 0.0005.
   * @defaultValue `'float16'`
   */
  readonly dtype?: 'float16' | 'float32';
  /**
   * The most tokens of a batch of texts, padding included. Texts of like length share a batch.
   * @defaultValue 512
   */
  readonly tokenBudget?: number;
  /**
   * Images in a batch.
   * @defaultValue 8
   */
  readonly imageBatchSize?: number;
  /** Called after each batch, stage `'texts'` or `'images'`; those that the cache holds do not count. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops after the batch in flight; what is computed stays in the cache, and the next call goes on from there. */
  readonly signal?: AbortSignal;
}

const EXTRACT_OPTIONS = {
  text: {},
  image: {},
  cache: {},
  tokens: { default: 'sequence', rule: oneOf('sequence', 'pooled') },
  regions: { default: 'grid', rule: oneOf('grid', 'pooled') },
  normalize: { default: 'tweet' },
  dtype: { default: 'float16', rule: oneOf('float16', 'float32') },
  tokenBudget: { default: 512, rule: integerFrom(1) },
  imageBatchSize: { default: 8, rule: integerFrom(1) },
  onProgress: {},
  signal: {},
} as const satisfies OptionTable<ExtractFeaturesOptions>;

type ExtractSettings = ResolvedOptions<ExtractFeaturesOptions, typeof EXTRACT_OPTIONS>;

/** Images decoded ahead of the model. */
const DECODED_AHEAD = 6;
/** A sync of the disk takes milliseconds: rows are appended some batches at a time. */
const IMAGES_PER_APPEND = 32;

/**
 * Computes the features of posts with frozen models, or takes them from the cache, and gives them as training examples.
 *
 * Each batch is on disk before the next but one is computed, so that an interruption loses a few seconds of work; the
 * same call then goes on from there. Equal texts and equal image files are computed once. Features are keyed by content, model,
 * tokenizer and preprocessing: a change of any of these computes anew.
 *
 * @param pairs the posts, such as a split of a data set
 * @returns examples with the inputs `tokens` [batch, tokens, dim], `paddingMask` [batch, tokens] and `regions`
 *   [batch, regions, dim]; posts whose image cannot be decoded are left out and listed in `unreadable`
 * @throws {@link OptionError} without a model, and for an option that is unknown or out of range.
 * @throws {@link DataError} when the cache cannot be written, as when the disk is full; what it held stays valid.
 * @throws the signal's reason when it stops the extraction.
 * @example
 * ```ts
 * import { openMvsa } from 'mvsa-fusion/data';
 * import { bertExtractor, extractFeatures, resNet50Extractor } from 'mvsa-fusion/models';
 *
 * const { pairs } = await openMvsa('./MVSA_Single');
 * const text = await bertExtractor('Xenova/bert-base-uncased');
 * const image = await resNet50Extractor('./models/resnet50');
 * const features = await extractFeatures(pairs, { text, image, cache: './.cache' });
 * console.log(features.size, features.unreadable);
 * ```
 */
export async function extractFeatures(
  pairs: readonly MvsaPair[],
  options: ExtractFeaturesOptions,
): Promise<FeatureExamples> {
  const settings = resolveOptions('extractFeatures', options, EXTRACT_OPTIONS);
  const { text, image, cache, tokens, regions, normalize, dtype } = settings;
  if (!text && !image)
    throw new OptionError('extractFeatures: expected text or image, an extractor, received neither.');
  const texts = text && (await openTextStore(cache, text, { detail: tokens, normalize, dtype }));
  const images = image && (await openImageStore(cache, image, { detail: regions, dtype }));
  try {
    const unreadable: SkippedPost[] = [];
    const seen = pairs.map((pair) => normalizeText(pair.text, normalize));
    const keysOfTexts = text ? seen.map(textKey) : null;
    const keysOfImages = image
      ? await imageKeys(
          pairs.map(({ imagePath }) => imagePath),
          settings.signal,
        )
      : null;
    if (text && texts && keysOfTexts) {
      await computeTexts(
        text,
        texts,
        tokens,
        new Map(keysOfTexts.map((key, at) => [key, seen[at] as string])),
        settings,
      );
    }
    const problems =
      image && images && keysOfImages
        ? await computeImages(image, images, regions, pairs, keysOfImages, settings)
        : new Map<string, string>();
    const kept = pairs.flatMap((pair, at) => {
      const imageKey = keysOfImages?.[at] ?? null;
      const problem = keysOfImages && (imageKey === null ? 'no image file' : problems.get(imageKey));
      if (problem) {
        unreadable.push({ id: pair.id, reason: problem });
        return [];
      }
      return { pair, textKey: keysOfTexts?.[at] ?? null, imageKey };
    });
    return featureExamples(kept, unreadable, {
      ...(text && texts && { texts: textStream(text, texts, tokens, normalize) }),
      ...(image && images && { images: imageStream(image, images, regions) }),
    });
  } catch (error) {
    await texts?.close();
    await images?.close();
    throw error;
  }
}

/** Computes the texts that the store lacks, longest first. */
async function computeTexts(
  extractor: TextExtractor,
  store: FeatureStore,
  detail: TextDetail,
  textOfKey: ReadonlyMap<string, string>,
  { tokenBudget, onProgress, signal }: ExtractSettings,
): Promise<void> {
  const missing = [...textOfKey].filter(([key]) => !store.has(key));
  const ids = missing.map(([, text]) => extractor.tokenize(text));
  const batches = lengthBatches(
    ids.map(({ length }) => length),
    tokenBudget,
  );
  const count = progressCounter('texts', missing.length, onProgress);
  const write = backgroundWriter(store);
  for (const batch of batches) {
    signal?.throwIfAborted();
    const features = await extractor.run(batch.map((at) => ids[at] as readonly number[]));
    await write(
      features.map((one, at) =>
        textRow((missing[batch[at] as number] as [string, string])[0], one, extractor.dim, detail),
      ),
    );
    count(batch.length);
  }
  await write([]);
}

/** Computes the images that the store lacks; gives the problem of each key whose image cannot be decoded. */
async function computeImages(
  extractor: ImageExtractor,
  store: FeatureStore,
  detail: ImageDetail,
  pairs: readonly MvsaPair[],
  keys: readonly (string | null)[],
  { imageBatchSize, onProgress, signal }: ExtractSettings,
): Promise<Map<string, string>> {
  const pathOfKey = new Map<string, string>();
  for (const [at, key] of keys.entries()) {
    if (key !== null && !store.has(key)) pathOfKey.set(key, (pairs[at] as MvsaPair).imagePath);
  }
  const count = progressCounter('images', pathOfKey.size, onProgress);
  const write = backgroundWriter(store);
  const problems = new Map<string, string>();
  const pixels = mapInOrder(pathOfKey, DECODED_AHEAD, async ([key, path]) => {
    signal?.throwIfAborted();
    try {
      return { key, bytes: await decodeImage(path, extractor.transform) };
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

/** Appends rows while the next ones are computed: waits for the append before, then starts this one. */
function backgroundWriter(store: FeatureStore): (rows: readonly FeatureRow[]) => Promise<void> {
  let before: Promise<void> = Promise.resolve();
  return async (rows) => {
    await before;
    before = rows.length > 0 ? store.append(rows) : Promise.resolve();
    // Its turn comes at the next call; until then a rejection must not count as unhandled.
    before.catch(() => {});
  };
}

/** Counts what is done in a stage and tells a listener. */
function progressCounter(
  stage: string,
  total: number,
  onProgress: ExtractFeaturesOptions['onProgress'],
): (count: number) => void {
  let done = 0;
  return (count) => {
    done += count;
    onProgress?.({ stage, done, total });
  };
}
