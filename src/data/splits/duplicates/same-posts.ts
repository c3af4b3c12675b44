import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { mapConcurrently } from '../../../concurrency';
import { sha256 } from '../../../files/digests';
import { duplicateKey } from '../../text/normalize-text';
import { groupBy } from '../grouping';

/** Files that are read at the same time. */
const OPEN_FILES = 16;

interface PostImage {
  readonly imagePath?: string;
  readonly image?: unknown;
}

/** Which image files hold the same bytes. */
export interface SameImages {
  /** Lists of two or more indices of posts. */
  readonly sets: number[][];
  /** Why a file could not be compared, by index; such a file counts as unlike any other. */
  readonly problems: ReadonlyMap<number, string>;
}

/** Finds image files of the same bytes; only files of one size are read. */
export async function findSameImages(posts: readonly PostImage[], signal?: AbortSignal): Promise<SameImages> {
  const problems = new Map<number, string>();
  const indices = posts.map((_, index) => index);
  const attempt = async <Value>(index: number, read: (path: string) => Promise<Value>) => {
    signal?.throwIfAborted();
    const { imagePath, image } = posts[index] as PostImage;
    if (imagePath === undefined) {
      if (image !== undefined) problems.set(index, 'the image is no file');
      return undefined;
    }
    try {
      return await read(imagePath);
    } catch (error) {
      problems.set(index, messageOf(error));
      return undefined;
    }
  };
  const sizes = await mapConcurrently(indices, OPEN_FILES, (index) =>
    attempt(index, async (path) => sizeOf(await stat(path))),
  );
  const digests = new Map<number, string | undefined>();
  await mapConcurrently(sharingSize(sizes), OPEN_FILES, async (index) => {
    digests.set(index, await attempt(index, async (path) => sha256(await readFile(path))));
  });
  return { sets: sharingDigest(digests), problems };
}

/** The same, at once; files that cannot be read are passed over. */
export function findSameImagesSync(posts: readonly PostImage[]): number[][] {
  const attempt = <Value>(index: number, read: (path: string) => Value) => {
    const { imagePath } = posts[index] as PostImage;
    try {
      return imagePath === undefined ? undefined : read(imagePath);
    } catch {
      return undefined;
    }
  };
  const sizes = posts.map((_, index) => attempt(index, (path) => sizeOf(statSync(path))));
  const digests = new Map(
    sharingSize(sizes).map((index) => [index, attempt(index, (path) => sha256(readFileSync(path)))]),
  );
  return sharingDigest(digests);
}

/** Size of a file in bytes. Empty files are no image, so none equals another; a folder or pipe must not be read. */
function sizeOf(stats: { readonly size: number; isFile(): boolean }): number {
  if (!stats.isFile()) throw new Error('not a file');
  if (stats.size === 0) throw new Error('empty file');
  return stats.size;
}

function sharingSize(sizes: readonly (number | undefined)[]): number[] {
  return [...groupBy(sizes.keys(), (index) => sizes[index]).values()]
    .filter((group) => group.length > 1)
    .flat();
}

function sharingDigest(digests: ReadonlyMap<number, string | undefined>): number[][] {
  // Ascending, whatever order the files were read in.
  const indices = [...digests.keys()].sort((a, b) => a - b);
  return [...groupBy(indices, (index) => digests.get(index)).values()].filter((group) => group.length > 1);
}

function messageOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'no image file' : `image file not readable: ${code ?? message}`;
}

/**
 * Finds the texts that are the same apart from URLs, white space and case.
 *
 * A text of which nothing is left, or that is missing, is no duplicate of another.
 *
 * @returns lists of two or more indices into `posts`
 */
export function findSameTexts(posts: readonly { readonly text?: string }[]): number[][] {
  const keys = posts.map(({ text }) => duplicateKey(text ?? ''));
  return [...groupBy(keys.keys(), (index) => keys[index] || undefined).values()].filter(
    (group) => group.length > 1,
  );
}
