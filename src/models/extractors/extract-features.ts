import type { Post, TextOptions, TextPreset } from '../../data';
import type { LabelledPostExamples, PostExamples } from '../../data/batches/post-examples';
import { prepareExamples } from '../../data/batches/prepare-examples';
import type { LabelledPost } from '../../data/posts/post';
import { OptionError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { oneOf, TEXT } from '../../options/rules';
import type { Progress } from '../../types';
import type { ImageDetail, TextDetail } from './feature-cache/feature-keys';
import type { ImageExtractor, TextExtractor } from './feature-extractor';
import { FROZEN_IMAGE_OPTIONS, frozenImageStream } from './frozen-image-stream';
import { FROZEN_TEXT_OPTIONS, frozenTextStream } from './frozen-text-stream';

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
  /**
   * What happens to posts whose image cannot be decoded, or that lack a text or an image of which features are wanted: one error that names
   * them, once all the others are computed, or they are left out and listed in `unreadable`.
   * @defaultValue `'error'`
   */
  readonly unreadable?: 'error' | 'skip';
  /** Called after each batch, stage `'texts'` or `'images'`; those that the cache holds do not count. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops after the batch in flight; what is computed stays in the cache, and the next call goes on from there. */
  readonly signal?: AbortSignal;
}

const EXTRACT_OPTIONS = {
  text: {},
  image: {},
  ...FROZEN_TEXT_OPTIONS,
  ...FROZEN_IMAGE_OPTIONS,
  cache: { isRequired: true, rule: TEXT },
  unreadable: { default: 'error', rule: oneOf('error', 'skip') },
  onProgress: {},
  signal: {},
} as const satisfies OptionTable<ExtractFeaturesOptions>;

/**
 * Computes the features of posts with frozen models, or takes them from the cache, and gives them as training examples.
 *
 * Each batch is on disk before the next but one is computed, so that an interruption loses a few seconds of work; the
 * same call then goes on from there. Equal texts and equal image files are computed once. Features are keyed by content, model,
 * tokenizer and preprocessing: a change of any of these computes anew.
 *
 * Short for `prepareExamples` with a `frozenTextStream` and a `frozenImageStream`.
 *
 * @param posts the posts, such as a split of a data set
 * @returns examples with the inputs `tokens` [batch, tokens, dim], `paddingMask` [batch, tokens] and `regions`
 *   [batch, regions, dim]
 * @throws {@link OptionError} without a model, and for an option that is unknown or out of range.
 * @throws {@link DataError} for posts that cannot be used, unless they are to be skipped; and when the cache cannot be written, as when the disk is full; what it held stays valid.
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
  posts: readonly LabelledPost[],
  options: ExtractFeaturesOptions,
): Promise<LabelledPostExamples>;
export async function extractFeatures(
  posts: readonly Post[],
  options: ExtractFeaturesOptions,
): Promise<PostExamples>;
export async function extractFeatures(
  posts: readonly Post[],
  options: ExtractFeaturesOptions,
): Promise<PostExamples> {
  const settings = resolveOptions('extractFeatures', options, EXTRACT_OPTIONS);
  const { text, image, cache, dtype, tokens, normalize, tokenBudget, regions, imageBatchSize } = settings;
  if (!text && !image)
    throw new OptionError('extractFeatures: expected text or image, an extractor, received neither.');
  const { unreadable, onProgress, signal } = settings;
  return prepareExamples(posts, {
    ...(text && { text: frozenTextStream(text, { cache, dtype, tokens, normalize, tokenBudget }) }),
    ...(image && { image: frozenImageStream(image, { cache, dtype, regions, imageBatchSize }) }),
    unreadable,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
}
