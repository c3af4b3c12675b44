import { createReadStream } from 'node:fs';
import { DataError } from '../../../errors';

/** Bytes that are read at once. */
const BLOCK_BYTES = 2 ** 18;

/** The most bytes of one row: what is longer is no post, but a quote that nobody closed or a file of another kind. */
export const MAX_ROW_BYTES = 2 ** 20;

/** What is said of a row with bytes that are no UTF-8. */
export const NOT_UTF8 = 'the row is not valid UTF-8; save the file as UTF-8';

/** One row of a file, before anybody asks what it means. */
export interface RawRow<Value> {
  /** The byte behind the row and its line end, from the start of the file. */
  readonly end: number;
  /** The row's content; null when it cannot be read. */
  readonly value: Value | null;
  /** Why it cannot be read; null when it can. */
  readonly error: string | null;
}

/**
 * Reads a file in blocks, the last of which is marked, and may be empty.
 *
 * @param start the first byte
 * @throws {@link DataError} when the system cannot read on
 */
export async function* readBlocks(
  file: string,
  start: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly isLast: boolean }, void> {
  try {
    const blocks: AsyncIterable<Buffer> = createReadStream(file, { start, highWaterMark: BLOCK_BYTES });
    for await (const bytes of blocks) yield { bytes, isLast: false };
  } catch (cause) {
    if (!('code' in (cause as object))) throw cause;
    throw new DataError(
      `${file}: expected a file of posts, which cannot be read: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  yield { bytes: Buffer.alloc(0), isLast: true };
}

/** The line, from 1, in which a byte of a file stands; LF ends a line. */
export async function lineAt(file: string, offset: number): Promise<number> {
  let line = 1;
  let position = 0;
  for await (const { bytes } of readBlocks(file, 0)) {
    for (let at = bytes.indexOf(10); at >= 0 && position + at < offset; at = bytes.indexOf(10, at + 1))
      line++;
    position += bytes.length;
    if (position >= offset) break;
  }
  return line;
}
