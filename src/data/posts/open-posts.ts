import { dirname } from 'node:path';
import { mapInOrder } from '../../concurrency';
import { DataError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { BOOLEAN, oneOf, rule, SHARE } from '../../options/rules';
import type { Progress } from '../../types';
import { type InspectedImage, imageProblem } from '../images/image-header';
import { inspectImage } from '../images/inspect-image';
import { checkLabelSpelling, classNamesOf } from './class-names';
import { columnNames, refuseColumn } from './post-columns';
import type { NamedPost, PostsFile, SkippedRow } from './posts-file';
import { POSTS_FILE_OPTIONS, type PostRow, type PostsFileOptions, streamPosts } from './read-posts';
import { checkSkipped } from './skipped-post';
import { summarizePosts } from './summarize-posts';

/** Posts whose image files are looked at at the same time. */
const OPEN_FILES = 32;

/** More classes than this are no classes: the column holds something else, such as ids or scores. */
const MOST_CLASSES = 1000;

/** Options of {@link openPosts}. */
export interface OpenPostsOptions extends PostsFileOptions {
  /**
   * Whether every post must have a label, as training needs it. `'optional'` takes files and rows without.
   * @defaultValue `'required'`
   */
  readonly labels?: 'required' | 'optional';
  /**
   * What to do with a row whose id came before: an error, or keep the first row and pass over this one.
   * @defaultValue `'error'`
   */
  readonly duplicateIds?: 'error' | 'keep-first';
  /**
   * Whether to decode every image in full. Without it the head and the tail of each file are looked at, which finds all
   * but damage in the middle and takes a hundredth of the time.
   * @defaultValue `false`
   */
  readonly decodeImages?: boolean;
  /**
   * The largest share of rows that may be skipped, in [0, 1]; more is an error.
   * @defaultValue `0.01`
   */
  readonly maxSkippedShare?: number;
  /** Called after each row, stage `'read posts'`; how many there are is known at the end. */
  readonly onProgress?: (progress: Progress) => void;
}

const OPTIONS = {
  ...POSTS_FILE_OPTIONS,
  labels: { default: 'required', rule: oneOf('required', 'optional') },
  duplicateIds: { default: 'error', rule: oneOf('error', 'keep-first') },
  decodeImages: { default: false, rule: BOOLEAN },
  maxSkippedShare: { default: 0.01, rule: SHARE },
  onProgress: { rule: rule('a function', (value) => typeof value === 'function') },
} as const satisfies OptionTable<OpenPostsOptions>;

/**
 * Opens a CSV file or JSON lines of your own posts, to train on, to score or to audit.
 *
 * A row is a text, the path of an image, or both, and a label: any class names. Of each image file the head and the tail are looked
 * at. Rows that `readPosts` gives an error for, without a label, or with a missing, damaged or wrongly typed image are skipped and listed.
 *
 * @param file the path of the file; image paths in it go on from its folder
 * @returns the posts, what was left out and why, and the class names: positive, neutral, negative in this order where there are no
 *   others, else by code unit
 * @throws {@link DataError} for what makes the file unreadable (see {@link readPosts}), no rows, no column of labels, an id that stands
 *   twice (names both rows), a label written in two ways, more than 1,000 classes, and more rows skipped than `maxSkippedShare` (lists
 *   the reasons).
 * @throws {@link OptionError} for an unknown option or option value, and when `file` is no path.
 * @throws {@link DependencyError} when the optional package sharp is needed and absent or broken.
 * @throws the signal's reason when it stops the reading.
 * @example
 * ```ts
 * import { openPosts, splitPairs } from 'mvsa-fusion/data';
 *
 * const { posts, classNames, skipped } = await openPosts('./posts.csv', { text: 'tweet', label: 'feeling' });
 * const { train, validation } = splitPairs(posts, { ratios: [0.7, 0.15, 0.15], seed: 7 });
 * console.log(classNames, train.length, validation.length, skipped);
 * ```
 */
export async function openPosts(
  file: string,
  options?: OpenPostsOptions & { readonly labels?: 'required' },
): Promise<PostsFile>;
export async function openPosts(file: string, options?: OpenPostsOptions): Promise<PostsFile<NamedPost>>;
export async function openPosts(file: string, options: OpenPostsOptions = {}): Promise<PostsFile<NamedPost>> {
  const { labels, duplicateIds, decodeImages, maxSkippedShare, onProgress, ...reading } = resolveOptions<
    OpenPostsOptions,
    typeof OPTIONS
  >('openPosts', options, OPTIONS);

  const posts: NamedPost[] = [];
  const skipped: SkippedRow[] = [];
  const images = new Map<string, InspectedImage>();
  const found = new Set<string>();
  const rowOfId = new Map<string, number>();
  let rows = 0;
  const inspected = mapInOrder(streamPosts(file, reading, found), OPEN_FILES, (item) =>
    inspectRow(item, decodeImages),
  );
  for await (const { row, id, isPost, post, image, error } of inspected) {
    rows++;
    onProgress?.({ stage: 'read posts', done: rows, total: null });
    // The id of a row that cannot be read is none of the file's.
    const earlier = isPost ? rowOfId.get(id) : undefined;
    if (earlier !== undefined && duplicateIds === 'keep-first') continue;
    if (earlier !== undefined) {
      throw new DataError(
        `${file}: row ${row}: id "${id}" stands in row ${earlier} already; expected each id once. Remove one, or set duplicateIds to 'keep-first'.`,
      );
    }
    if (isPost) rowOfId.set(id, row);
    const reason = error ?? (labels === 'required' && post?.label === undefined ? 'no label' : null);
    if (post === null || reason !== null) skipped.push({ id, row, reason: reason ?? 'no post' });
    else {
      posts.push(post);
      if (image !== null) images.set(id, image);
    }
  }
  const columns = [...found];
  checkRows(file, rows, columns, labels, reading);
  checkSkipped(file, skipped, posts.length + skipped.length, maxSkippedShare, {
    posts: 'rows',
    advice: 'Mend the rows',
  });
  const classNames = classesOf(file, posts);
  const opened = { file, directory: dirname(file), posts, skipped, classNames, columns, images };
  return {
    ...opened,
    summary: (summaryOptions) => summarizePosts({ ...opened, total: rows }, summaryOptions),
  };
}

/** A row with what its image file says, or why it cannot be used. */
async function inspectRow(item: PostRow, decode: boolean) {
  const { row } = item;
  if ('error' in item) return { row, id: item.id, isPost: false, post: null, image: null, error: item.error };
  const { post } = item;
  const seen = { row, id: post.id, isPost: true };
  if (post.imagePath === undefined) return { ...seen, post, image: null, error: null };
  const image = await inspectImage(post.imagePath, { decode });
  return 'problem' in image
    ? { ...seen, post: null, image: null, error: imageProblem(image) }
    : { ...seen, post, image, error: null };
}

function checkRows(
  file: string,
  rows: number,
  columns: readonly string[],
  labels: 'required' | 'optional',
  given: PostsFileOptions,
): void {
  if (rows === 0) throw new DataError(`${file}: expected rows of posts, received none.`);
  const { format: _format, signal: _signal, ...names } = given;
  const { label } = columnNames('openPosts', names);
  if (labels === 'required' && columns.length > 0 && !label.some((name) => columns.includes(name))) {
    refuseColumn(file, 'label', label, columns);
  }
}

/** The classes of the posts; a text or image alone may be of no other. */
function classesOf(file: string, posts: readonly NamedPost[]): string[] {
  const ofPosts = posts.flatMap(({ label }) => label ?? []);
  const all = posts
    .flatMap(({ textLabel, imageLabel }) => [textLabel, imageLabel])
    .filter((label) => label !== undefined);
  checkLabelSpelling(file, [...ofPosts, ...all]);
  const classNames = classNamesOf(ofPosts);
  if (classNames.length > MOST_CLASSES) {
    throw new DataError(
      `${file}: expected at most ${MOST_CLASSES} classes, received ${classNames.length} labels for ${ofPosts.length} posts, such as ` +
        `${JSON.stringify(classNames[0])}. Name the column of the classes with the option label.`,
    );
  }
  const known = new Set(classNames);
  const other = all.find((label) => !known.has(label));
  if (classNames.length > 0 && other !== undefined) {
    throw new DataError(
      `${file}: expected textLabel and imageLabel among the labels of the posts (${classNames.join(', ')}), received ${JSON.stringify(other)}.`,
    );
  }
  return classNames;
}
