import type { NamedTensorMap } from '@tensorflow/tfjs-core';
import { DataError, OptionError } from '../../errors';
import { SENTIMENT_LABELS } from '../../types';

import type { LabelledPost, Post } from '../posts/post';
import { checkPost, imageOf, nameOf, type PostSource, textOf } from '../posts/post-source';
import type { SkippedPost } from '../posts/skipped-post';
import { type ExampleLabels, type Examples, encodeLabels } from './examples';
import type { ImagePreparer, PreparedContents, TextPreparer, WorkOptions } from './preparers/post-preparer';

/** The inputs that say which half of a post is there, [batch, 1]: 1 = there, 0 = missing. */
export const PRESENCE_INPUTS = ['textPresent', 'imagePresent'] as const;

/** A post that cannot be used. */
export interface UnreadablePost extends SkippedPost {
  /** Its place in the list that was given. */
  readonly place: number;
}

/** Posts made ready by streams. */
export interface PostExamples extends Examples {
  /** The posts that can be used, in the order of their indices, which is the order in which they were given. */
  readonly posts: readonly Post[];
  /** Posts left out, with the reason; none unless they were to be skipped. */
  readonly unreadable: readonly UnreadablePost[];
  /** Lets go of files; batches cannot be read any more. */
  close(): Promise<void>;
}

/** {@link PostExamples} of labelled posts. */
export interface LabelledPostExamples extends PostExamples {
  readonly posts: readonly LabelledPost[];
  readonly labels: ExampleLabels;
}

/** How posts become examples. */
export interface PostExamplesOptions extends WorkOptions {
  /** Makes inputs of the texts; without it there are none. */
  readonly text?: TextPreparer | undefined;
  /** Makes inputs of the images; without it there are none. */
  readonly image?: ImagePreparer | undefined;
  /** Where the images come from. */
  readonly source: PostSource;
  /** What the labels may be, in the order of their indices. */
  readonly classNames?: readonly string[] | undefined;
  /**
   * Whether a post that lacks a half of which inputs are made cannot be used, or is kept: then the inputs {@link PRESENCE_INPUTS} tell a
   * model which half is there.
   */
  readonly missing: 'refuse' | 'keep';
  /** Whether labels are left unread, as where posts are asked about. */
  readonly ignoreLabels?: boolean;
  /** What happens to posts that cannot be used: one error that names them, once all posts are read, or they are left out and listed. */
  readonly unreadable: 'error' | 'skip';
}

/**
 * Makes posts ready for a model; see `prepareExamples`.
 *
 * Runs in browsers: what it reads comes from the source alone.
 */
export async function postExamples(
  posts: readonly Post[],
  options: PostExamplesOptions,
): Promise<PostExamples> {
  const {
    text,
    image,
    source,
    classNames = SENTIMENT_LABELS,
    unreadable,
    missing,
    ignoreLabels,
    ...work
  } = options;
  const problems = posts.map(problemOf);
  const isPost = (index: number) => problems[index] === null;
  const texts = posts.map((post, index) => (isPost(index) ? textOf(post) : null));
  const images = posts.map((post, index) => (isPost(index) ? imageOf(post, source) : null));
  const valid = posts.filter((_, index) => isPost(index));
  const hasLabels = !ignoreLabels && areLabelled(valid, classNames);
  const halves: Half[] = [];
  const close = async () => {
    await Promise.all(halves.map(({ prepared }) => prepared.close?.()));
  };
  try {
    for (const [name, preparer, contents] of [
      ['text', text, texts],
      ['image', image, images],
    ] as const) {
      if (!preparer) continue;
      const prepared = await preparer.prepare(contents as never, work);
      halves.push({ inputNames: preparer.inputNames, prepared });
      for (const [index, content] of contents.entries()) {
        const problem = content === null && missing === 'refuse' ? `no ${name}` : prepared.problems[index];
        problems[index] ??= problem ?? null;
      }
    }
    for (const index of posts.keys()) {
      const isEmpty = !((text && texts[index]) || (image && images[index]));
      if (isEmpty)
        problems[index] ??=
          text && image ? nothingGiven(posts[index] as Post) : `no ${text ? 'text' : 'image'}`;
    }
    const kept = [...posts.keys()].filter(isPost);
    const keptPosts = kept.map((index) => posts[index] as Post);
    const skipped = skippedPosts(posts, problems);
    if (unreadable === 'error' && skipped.length > 0) throw unreadableError(skipped, posts.length);
    return {
      posts: keptPosts,
      unreadable: skipped,
      size: kept.length,
      classNames,
      ...(hasLabels && { labels: encodeLabels(keptPosts as readonly LabelledPost[], classNames) }),
      batch(indices, inputNames) {
        const places = indices.map((index) => kept[index] as number);
        return readBatch(halves, { textPresent: texts, imagePresent: images }, places, inputNames);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a stream made of all texts, or all images. */
interface Half {
  readonly inputNames: readonly string[];
  readonly prepared: PreparedContents;
}

/** The named inputs of the posts at some places. */
async function readBatch(
  halves: readonly Half[],
  contents: Readonly<Record<(typeof PRESENCE_INPUTS)[number], readonly unknown[]>>,
  places: readonly number[],
  inputNames: readonly string[],
): Promise<NamedTensorMap> {
  // Loaded here: the other uses of posts need no tfjs.
  const { dispose, tensor2d } = await import('@tensorflow/tfjs-core');
  const named: NamedTensorMap = {};
  try {
    for (const name of PRESENCE_INPUTS) {
      if (!inputNames.includes(name)) continue;
      const flags = places.map((place) => (contents[name][place] === null ? 0 : 1));
      named[name] = tensor2d(flags, [places.length, 1], 'float32');
    }
    for (const { inputNames: given, prepared } of halves) {
      const names = inputNames.filter((name) => given.includes(name) && !(name in named));
      if (names.length > 0) Object.assign(named, await prepared.batch(places, names));
    }
    return named;
  } catch (error) {
    dispose(named);
    throw error;
  }
}

/** A misspelt key leaves a post empty: its keys tell. */
function nothingGiven(post: Post): string {
  const known = ['id', 'text', 'imagePath', 'image', 'label', 'textLabel', 'imageLabel'];
  const others = Object.keys(post).filter((key) => !known.includes(key));
  return `neither text nor image${others.length > 0 ? `; expected text, imagePath or image, received ${others.join(', ')}` : ''}`;
}

function problemOf(post: unknown): string | null {
  try {
    checkPost(post);
    return null;
  } catch (error) {
    return (error as DataError).message;
  }
}

/** Whether posts are labelled; all or none must be, and a label that is none is found before hours of work. */
function areLabelled(posts: readonly Post[], classNames: readonly string[]): boolean {
  const isLabelled = ({ label }: Post) => label !== undefined && label !== null;
  const without = posts.find((post) => !isLabelled(post));
  if (without === undefined) encodeLabels(posts as readonly LabelledPost[], classNames);
  else if (posts.some(isLabelled)) {
    throw new OptionError(
      `post ${nameOf(without, posts.indexOf(without))}: expected a label, as other posts have one, received none. Give all posts a label, or none.`,
    );
  }
  return without === undefined && posts.length > 0;
}

function skippedPosts(posts: readonly Post[], problems: readonly (string | null)[]): UnreadablePost[] {
  return problems.flatMap((reason, index) =>
    reason === null ? [] : [{ id: nameOf(posts[index], index), reason, place: index }],
  );
}

const MOST_NAMED = 5;

function unreadableError(skipped: readonly SkippedPost[], total: number): DataError {
  const named = skipped.slice(0, MOST_NAMED).map(({ id, reason }) => `post ${id}: ${reason}`);
  const more = skipped.length > MOST_NAMED ? `\n... and ${skipped.length - MOST_NAMED} more` : '';
  if (total === 1) return new DataError(named[0] as string);
  return new DataError(
    `expected posts that can be used, received ${skipped.length} of ${total} that cannot:\n${named.join('\n')}${more}\n` +
      `Mend them or leave them out; unreadable: 'skip' goes on without them and lists them.`,
  );
}
