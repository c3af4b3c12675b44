import { isUtf8 } from 'node:buffer';
import { MAX_ROW_BYTES, NOT_UTF8, type RawRow, readBlocks } from './read-blocks';

const LINE_FEED = 10;

/**
 * Reads the objects of a file of JSON lines, one by one; empty lines are passed over.
 *
 * @param start the first byte
 * @returns each object, or what is wrong with its line
 * @throws {@link DataError} when the system cannot read on
 */
export async function* readJsonRows(
  file: string,
  start: number,
): AsyncGenerator<RawRow<Readonly<Record<string, unknown>>>, void> {
  let parts: Buffer[] = [];
  let length = 0;
  let end = start;
  const row = () => {
    // The rest of a line that is too long was not kept.
    const parsed =
      length > MAX_ROW_BYTES
        ? { value: null, error: `the line is longer than ${MAX_ROW_BYTES} bytes` }
        : parseLine(Buffer.concat(parts));
    parts = [];
    length = 0;
    return parsed && { end, ...parsed };
  };
  const keep = (bytes: Buffer) => {
    length += bytes.length;
    end += bytes.length;
    if (length <= MAX_ROW_BYTES) parts.push(bytes);
    else parts = [];
  };
  for await (const { bytes, isLast } of readBlocks(file, start)) {
    let from = 0;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, from)) {
      keep(bytes.subarray(from, at + 1));
      from = at + 1;
      const found = row();
      if (found) yield found;
    }
    keep(bytes.subarray(from));
    const found = isLast && row();
    if (found) yield found;
  }
}

function parseLine(line: Buffer): Omit<RawRow<Readonly<Record<string, unknown>>>, 'end'> | null {
  if (!isUtf8(line)) return { value: null, error: NOT_UTF8 };
  const text = line.toString('utf8').trim();
  if (text === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { value: value as Readonly<Record<string, unknown>>, error: null };
    }
    return { value: null, error: `the line is JSON, and no object in braces: ${text.slice(0, 40)}` };
  } catch (error) {
    return { value: null, error: `the line is no JSON object: ${(error as Error).message}` };
  }
}
