import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PostRow, type ReadPostsOptions, readPosts } from '../../../src/data';
import { temporaryFolder } from '../mvsa/mini-mvsa';

/** Writes a file of posts into a folder of its own, byte for byte. */
export async function writePosts(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

/** All items of a file. */
export async function readAll(file: string, options: ReadPostsOptions = {}): Promise<PostRow[]> {
  const items: PostRow[] = [];
  for await (const item of readPosts(file, options)) items.push(item);
  return items;
}

/** The items of a file that is written first. */
export async function itemsOf(
  name: string,
  content: string | Uint8Array,
  options: ReadPostsOptions = {},
): Promise<PostRow[]> {
  return readAll(await writePosts(name, content), options);
}

/** What each item says: its text or its error. */
export const wordsOf = (items: readonly PostRow[]) =>
  items.map((item) => ('error' in item ? item.error : (item.post.text ?? null)));
