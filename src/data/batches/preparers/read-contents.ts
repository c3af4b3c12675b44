import { mapConcurrently } from '../../../concurrency';
import { DataError } from '../../../errors';
import type { WorkOptions } from './post-preparer';

/** What became of some contents. */
interface ReadContents<Item> {
  /** One for each content; null where it is missing or cannot be used. */
  readonly items: readonly (Item | null)[];
  /** Why a content cannot be used; null where it can, or is missing. */
  readonly problems: readonly (string | null)[];
}

/**
 * Reads contents, some at once: a `DataError` is the problem of one content, any other error ends the whole.
 *
 * @param stage what progress calls it
 * @param limit contents read at once
 * @throws the signal's reason when it aborts, after what is under way has ended
 */
export async function readContents<Content, Item>(
  contents: readonly (Content | null)[],
  { stage, limit, onProgress, signal }: WorkOptions & { readonly stage: string; readonly limit: number },
  read: (content: Content, index: number) => Promise<Item>,
): Promise<ReadContents<Item>> {
  const problems = new Array<string | null>(contents.length).fill(null);
  const total = contents.filter((content) => content !== null).length;
  let done = 0;
  const items = await mapConcurrently(contents, limit, async (content, index) => {
    // Returns instead of throwing, so that what is under way is awaited.
    if (content === null || signal?.aborted) return null;
    try {
      const item = await read(content, index);
      onProgress?.({ stage, done: ++done, total });
      return item;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problems[index] = error.message;
      onProgress?.({ stage, done: ++done, total });
      return null;
    }
  });
  signal?.throwIfAborted();
  return { items, problems };
}
