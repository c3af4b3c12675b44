import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { DataError, OptionError } from '../../../errors';
import { sniffImageFormat } from '../../images/image-format';

/** How a file of posts is written: commas, tabs, or a JSON object a line. */
export type PostsFormat = 'csv' | 'tsv' | 'jsonl';

const FORMATS: Readonly<Record<string, PostsFormat>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};
/** Whether a path is a file, or, where there is nothing, would be one of posts by its name: else an MVSA folder is meant. */
export async function isPostsFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found === null ? extname(path).toLowerCase() in FORMATS : found.isFile();
}

const HEAD_BYTES = 4096;
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
/** Starts of files that people have renamed, as Latin-1. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['\xd0\xcf\x11\xe0', 'an Excel file (.xls)'],
  ['PK\x03\x04', 'an archive or Excel file (.xlsx, .zip)'],
  ['\x1f\x8b', 'a compressed file (.gz)'],
  ['PAR1', 'a Parquet file'],
];

/** What is known of a file before its first row is read. */
export interface SniffedFile {
  /** How it is written. */
  readonly format: PostsFormat;
  /** Where its first row begins: behind a byte order mark. */
  readonly start: number;
  /** In bytes. */
  readonly size: number;
}

/**
 * Looks at the first bytes of a file of posts.
 *
 * @param given the format, where the name does not tell
 * @throws {@link DataError} when there is no such file, or its content is no text in UTF-8: says what it is instead
 * @throws {@link OptionError} when `file` is no path
 */
export async function sniffPostsFile(file: string, given: PostsFormat | undefined): Promise<SniffedFile> {
  if (typeof file !== 'string' || file === '')
    throw new OptionError(`file: expected the path of a file of posts, received ${JSON.stringify(file)}.`);
  const refuse = (received: string, advice: string): never => {
    throw new DataError(
      `${file}: expected a file of posts (CSV, TSV or JSON lines), received ${received}. ${advice}`,
    );
  };
  const { head, size } = await readHead(file, refuse);
  const start = head.toString('latin1');
  if (size === 0) refuse('an empty file', 'Write a header and rows, or one JSON object a line.');
  const other = OTHERS.find(([signature]) => start.startsWith(signature))?.[1];
  if (other !== undefined) refuse(other, 'Save it as CSV in UTF-8.');
  if (/^(?:\xff\xfe|\xfe\xff)/.test(start) || /^(?:\0[^\0]|[^\0]\0)/.test(start))
    refuse('text in UTF-16', 'Save it as UTF-8 ("CSV UTF-8" in Excel).');
  const kind = sniffImageFormat(head);
  if (kind !== 'unknown') refuse(`a file of another kind (${kind})`, 'Pass the file that lists the posts.');
  if (start.includes('\0')) refuse('binary data', 'Pass the file that lists the posts.');

  const format = given ?? FORMATS[extname(file).toLowerCase()];
  if (format === undefined) {
    return refuse(
      `a name that ends in "${extname(file)}"`,
      `Set the option format to 'csv', 'tsv' or 'jsonl', or give the file one of the endings ${Object.keys(FORMATS).join(', ')}.`,
    );
  }
  const bytes = start.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  if (start.slice(bytes).trim() === '' && size <= HEAD_BYTES)
    refuse('a file of white space', 'Write a header and rows, or one JSON object a line.');
  if (format === 'jsonl' && /^\s*\[/.test(start.slice(bytes)))
    refuse('one JSON list', 'Write one object a line, without brackets and commas between them.');
  return { format, start: bytes, size };
}

async function readHead(
  file: string,
  refuse: (received: string, advice: string) => never,
): Promise<{ readonly head: Buffer; readonly size: number }> {
  try {
    // Before it is opened: a pipe would wait for a writer.
    const stats = await stat(file);
    if (stats.isDirectory())
      refuse('a folder', 'Pass the file itself; for an MVSA folder there is openMvsa.');
    if (!stats.isFile()) refuse('a pipe or device', 'Write its content to a file first.');
    const head = Buffer.alloc(Math.min(HEAD_BYTES, stats.size));
    const handle = await open(file, 'r');
    try {
      const { bytesRead } = await handle.read(head, 0, head.length, 0);
      return { head: head.subarray(0, bytesRead), size: stats.size };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    return refuse(
      code === 'ENOENT' ? 'a path where nothing is' : `one that cannot be read: ${message}`,
      'Check the path.',
    );
  }
}
