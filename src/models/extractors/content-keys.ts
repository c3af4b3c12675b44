import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { mapConcurrently } from '../../map-concurrently';

const OPEN_FILES = 8;

/** The key of a text in a feature cache: the SHA-256 of its UTF-8 bytes. */
export function textKey(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The keys of image files in a feature cache, the SHA-256 of each file's bytes; null for a file that cannot be read. */
export async function imageKeys(paths: readonly string[], signal?: AbortSignal): Promise<(string | null)[]> {
  return mapConcurrently(paths, OPEN_FILES, async (path) => {
    signal?.throwIfAborted();
    const bytes = await readFile(path).catch(() => null);
    return bytes && createHash('sha256').update(bytes).digest('hex');
  });
}
