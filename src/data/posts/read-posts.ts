import { open } from 'node:fs/promises';
import { OptionError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { integerFrom, oneOf, rule } from '../../options/rules';
import type { Post } from './post';
import {
  checkColumns,
  columnNames,
  POST_COLUMNS,
  type PostColumns,
  type RowOutcome,
  toPost,
} from './post-columns';
import { objectsOf, readCsvHeader } from './rows/csv-header';
import { readCsvRows } from './rows/csv-rows';
import { readJsonRows } from './rows/json-rows';
import type { RawRow } from './rows/read-blocks';
import { type PostsFormat, sniffPostsFile } from './rows/sniff-posts-file';

/** Names of properties that are remembered: whatever a file holds, they take little memory. */
const MOST_NAMES = 1000;

/** How a file of posts is read. */
export interface PostsFileOptions extends PostColumns {
  /**
   * How the file is written.
   * @defaultValue what the name ends in: `.csv` (commas), `.tsv` (tabs), `.jsonl` or `.ndjson` (a JSON object a line)
   */
  readonly format?: PostsFormat;
  /** Stops before the next row. */
  readonly signal?: AbortSignal;
}

/** Options of {@link readPosts}. */
export interface ReadPostsOptions extends PostsFileOptions {
  /**
   * The byte at which to go on: the `end` of a row that was read before.
   * @defaultValue the first row
   */
  readonly start?: number;
  /**
   * The number of the row that begins at `start`.
   * @defaultValue `1`
   */
  readonly row?: number;
}

const FILE_OPTIONS = {
  ...POST_COLUMNS,
  format: { rule: oneOf('csv', 'tsv', 'jsonl'), help: 'of the file (default: by its name)' },
  signal: { rule: rule('an AbortSignal', (value) => value instanceof AbortSignal) },
} as const satisfies OptionTable<PostsFileOptions>;

/** How a file of posts is read: the names of the options, their checks, and the flags of command lines (`addFlags`). */
export const POSTS_FILE_OPTIONS: OptionTable<PostsFileOptions> = FILE_OPTIONS;

const OPTIONS = {
  ...FILE_OPTIONS,
  start: { rule: integerFrom(0) },
  row: { default: 1, rule: integerFrom(1) },
} as const satisfies OptionTable<ReadPostsOptions>;

/** One row of a file of posts: a post, or what is wrong with it. */
export type PostRow = {
  /** The row's number: 1 is the first row of data. */
  readonly row: number;
  /** The byte behind the row, from the start of the file: where reading can go on. */
  readonly end: number;
} & (
  | {
      /** The post; its image file is not looked at. */
      readonly post: Post & {
        /** The id in the file, or the row's number. */
        readonly id: string;
      };
    }
  | {
      /** The id in the file, where it can be told; else the row's number, as `'row 7'` where posts have ids of their own. */
      readonly id: string;
      /** Why there is no post, such as `'the row is not valid UTF-8; save the file as UTF-8'`. */
      readonly error: string;
    }
);

/**
 * Streams the posts of a CSV file or of JSON lines, row by row, in memory that does not grow with the file.
 *
 * A row that cannot be used is an item with an `error`, and reading goes on behind it: JSON that does not parse, another number of
 * columns, a quote in the wrong place, bytes that are no UTF-8, an id or label that is neither string nor whole number, neither text nor
 * image, more than 1 MiB. Empty lines are passed over.
 *
 * @param file the path of the file; image paths in it go on from its folder
 * @throws {@link DataError} when the whole file cannot be used: there is none, no text in UTF-8, a column is missing (names the nearest
 *   and those there are), or a quote is open at its end (names the line where it opened).
 * @throws {@link OptionError} for an unknown option or option value, and when `start` is not the end of a row.
 * @throws the signal's reason when it stops the reading.
 * @example
 * ```ts
 * import { readPosts } from 'mvsa-fusion/data';
 *
 * for await (const item of readPosts('./posts.csv', { text: 'tweet' })) {
 *   if ('error' in item) console.error(`row ${item.row}: ${item.error}`);
 *   else console.log(item.post.id, item.post.text, item.post.imagePath);
 * }
 * ```
 */
export async function* readPosts(
  file: string,
  options: ReadPostsOptions = {},
): AsyncGenerator<PostRow, void> {
  const { start, row, ...settings } = resolveOptions<ReadPostsOptions, typeof OPTIONS>(
    'readPosts',
    options,
    OPTIONS,
  );
  yield* streamPosts(file, settings, new Set(), start === undefined ? undefined : { start, row });
}

/**
 * What {@link readPosts} does, for callers that have checked the options.
 *
 * @param columns takes the columns, or properties, that the file has
 * @param from where to go on
 */
export async function* streamPosts(
  file: string,
  { format: given, signal, ...columns }: PostsFileOptions,
  found: Set<string>,
  from?: { readonly start: number; readonly row: number },
): AsyncGenerator<PostRow, void> {
  const { format, start, size } = await sniffPostsFile(file, given);
  const names = columnNames('readPosts', columns);
  let rows: AsyncGenerator<RawRow<Readonly<Record<string, unknown>>>, void>;
  if (format === 'jsonl') {
    await checkStart(file, from?.start, start, size);
    rows = readJsonRows(file, from?.start ?? start);
  } else {
    const delimiter = format === 'csv' ? ',' : '\t';
    const header = await readCsvHeader(file, start, delimiter);
    checkColumns(file, columns, header.names);
    for (const name of header.names) found.add(name);
    await checkStart(file, from?.start, header.end, size);
    rows = objectsOf(readCsvRows(file, from?.start ?? header.end, delimiter), header.names);
  }
  const hasIds = () => names.id.some((name) => found.has(name));
  let row = (from?.row ?? 1) - 1;
  for await (const { end, value, error } of rows) {
    signal?.throwIfAborted();
    row++;
    if (found.size < MOST_NAMES) for (const name in value) found.add(name);
    const outcome: RowOutcome =
      value === null ? { id: null, error: error as string } : toPost(value, names, file, row);
    if ('post' in outcome) yield { row, end, ...outcome };
    // A number must not be taken for an id where posts have ids of their own.
    else yield { row, end, ...outcome, id: outcome.id ?? (hasIds() ? `row ${row}` : String(row)) };
  }
  // Only the whole file can tell that no line has a property.
  if (format === 'jsonl' && from === undefined && found.size > 0) checkColumns(file, columns, [...found]);
}

/** @throws {@link OptionError} unless a row can begin at `start`: behind a line end, among the rows */
async function checkStart(
  file: string,
  start: number | undefined,
  first: number,
  size: number,
): Promise<void> {
  if (start === undefined || start === first || start === size) return;
  const before = Buffer.alloc(1);
  if (start > first && start < size) {
    const handle = await open(file, 'r');
    try {
      await handle.read(before, 0, 1, start - 1);
    } finally {
      await handle.close();
    }
  }
  if (!['\n', '\r'].includes(before.toString('latin1'))) {
    throw new OptionError(
      `readPosts: expected start to be the end of a row of ${file}, from ${first} to ${size}, received ${start}. Pass the end of an item, or read from the beginning.`,
    );
  }
}
