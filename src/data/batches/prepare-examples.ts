import { OptionError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { oneOf } from '../../options/rules';
import type { Progress } from '../../types';
import { checkPairs } from '../mvsa/mvsa-dataset';
import { fileSource } from '../posts/file-source';
import type { LabelledPost, Post } from '../posts/post';
import type { PostSource } from '../posts/post-source';
import { type LabelledPostExamples, type PostExamples, postExamples } from './post-examples';
import type { ImagePreparer, TextPreparer } from './preparers/post-preparer';

/** Options of {@link prepareExamples}. */
export interface PrepareExamplesOptions {
  /** The stream of the texts; without it there are no inputs of them. */
  readonly text?: TextPreparer;
  /** The stream of the images; without it there are no inputs of them. */
  readonly image?: ImagePreparer;
  /**
   * What the labels may be, in the order of their indices.
   * @defaultValue positive, neutral, negative
   */
  readonly classNames?: readonly string[];
  /**
   * Whether a post without text, or without image, cannot be used (`refuse`), or is kept: then the inputs `textPresent` and
   * `imagePresent` [batch, 1] say which half is there, which a `multimodalModel` with `modalityDropout` reads.
   * @defaultValue `'refuse'`
   */
  readonly missing?: 'refuse' | 'keep';
  /**
   * What happens to posts that cannot be used: one error that names them, once all are read, or they are left out and listed in
   * `unreadable`.
   * @defaultValue `'error'`
   */
  readonly unreadable?: 'error' | 'skip';
  /**
   * Where the images of posts come from.
   * @defaultValue files, by their paths
   */
  readonly source?: PostSource;
  /** Called as posts are read, stage `'texts'` or `'images'`. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops before the next post, with the signal's reason as error. */
  readonly signal?: AbortSignal;
}

const OPTIONS = {
  text: {},
  image: {},
  classNames: {},
  missing: { default: 'refuse', rule: oneOf('refuse', 'keep') },
  unreadable: { default: 'error', rule: oneOf('error', 'skip') },
  source: { default: fileSource },
  onProgress: {},
  signal: {},
} as const satisfies OptionTable<PrepareExamplesOptions>;

/**
 * Makes posts ready for a model: texts and images go through their streams, labels become indices.
 *
 * Rows keep the order of the posts. Labels are optional: examples without them can be predicted, not trained or scored on.
 *
 * @param posts MVSA's pairs, rows of your own file, or `{ text, imagePath }`
 * @throws {@link DataError} for posts that cannot be used, unless they are to be skipped: names them.
 * @throws {@link OptionError} when an option is unknown or out of range, without a stream, and for a label that is none of the classes.
 * @example
 * ```ts
 * import { openMvsa, prepareExamples } from 'mvsa-fusion/data';
 * import { compactImageStream, compactTextStream, fitCompactText } from 'mvsa-fusion/models';
 *
 * const { pairs } = await openMvsa('./MVSA_Single');
 * const text = compactTextStream(fitCompactText(pairs.map((pair) => pair.text)));
 * const examples = await prepareExamples(pairs, { text, image: compactImageStream() });
 * console.log(examples.size, examples.labels.label[0]);
 * ```
 */
export async function prepareExamples(
  posts: readonly LabelledPost[],
  options: PrepareExamplesOptions,
): Promise<LabelledPostExamples>;
export async function prepareExamples(
  posts: readonly Post[],
  options: PrepareExamplesOptions,
): Promise<PostExamples>;
export async function prepareExamples(
  posts: readonly Post[],
  options: PrepareExamplesOptions,
): Promise<PostExamples> {
  checkPairs('prepareExamples', posts);
  const settings = resolveOptions('prepareExamples', options, OPTIONS);
  if (!settings.text && !settings.image)
    throw new OptionError('prepareExamples: expected text or image, a stream, received neither.');
  return postExamples(posts, settings);
}
