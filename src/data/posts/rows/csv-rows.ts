import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import { DataError } from '../../../errors';
import { lineAt, MAX_ROW_BYTES, NOT_UTF8, type RawRow, readBlocks } from './read-blocks';

const [LINE_FEED, CARRIAGE_RETURN] = [10, 13];

/**
 * Reads the rows of a CSV file, one by one; empty lines are passed over.
 *
 * The package csv-parse parses block by block, and what it leaves of a block stands before the next. Behind a row with a quote in the
 * wrong place, or without an end, reading goes on at the next line: a forgotten quote costs one row and not the rest of the file.
 *
 * @param start the first byte, the beginning of a row
 * @param delimiter what parts columns
 * @returns the fields of each row, or what is wrong with it
 * @throws {@link DataError} when the file ends inside a quote (names the line where it opened), or the system cannot read on
 */
export async function* readCsvRows(
  file: string,
  start: number,
  delimiter: string,
): AsyncGenerator<RawRow<readonly string[]>, void> {
  let held: Buffer = Buffer.alloc(0);
  let offset = start;
  /** What is wrong with a row whose first line is not at its end yet. */
  let problem: string | null = null;
  const drop = (bytes: number) => {
    held = held.subarray(bytes);
    offset += bytes;
  };
  for await (const { bytes, isLast } of readBlocks(file, start)) {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    while (held.length > 0) {
      if (problem === null) {
        drop(emptyLines(held));
        const parsed = parseBlock(held, delimiter, isLast);
        for (const row of parsed.rows) yield { ...row, end: offset + row.end };
        if (isLast && parsed.openQuote !== null) await refuseOpenQuote(file, offset + parsed.openQuote);
        drop(parsed.rows.at(-1)?.end ?? 0);
        // Empty lines before a row are no part of it: once more without them.
        if (parsed.problem !== null && emptyLines(held) > 0) continue;
        problem = parsed.problem;
        if (problem === null) break;
      }
      const end = lineEnd(held, isLast);
      drop(end ?? held.length - (held.at(-1) === CARRIAGE_RETURN ? 1 : 0));
      if (end === null) break;
      yield { end: offset, value: null, error: problem };
      problem = null;
    }
  }
  if (problem !== null) yield { end: offset, value: null, error: problem };
}

async function refuseOpenQuote(file: string, quote: number): Promise<never> {
  throw new DataError(
    `${file}:${await lineAt(file, quote)}: expected the quote that opens in this line to be closed, received the end of the file. ` +
      'Close it, or double a quote that belongs to the text.',
  );
}

/** Whole rows at the start of a block, with ends counted from there, and why no more were read. */
interface ParsedBlock {
  readonly rows: readonly RawRow<readonly string[]>[];
  /** What is wrong with the row behind them; null when there is none, or its end is not there yet. */
  readonly problem: string | null;
  /** Where a quote opens that this block does not close. */
  readonly openQuote: number | null;
}

const TOO_LONG = `the row is longer than ${MAX_ROW_BYTES} bytes; is a quote left open?`;

function parseBlock(block: Buffer, delimiter: string, isLast: boolean): ParsedBlock {
  const rows: RawRow<readonly string[]>[] = [];
  let last = 0;
  try {
    parse(block, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 0,
      on_record: (fields: string[], { bytes: end }) => {
        // The last row of a block may go on in the next, as may its line end.
        if (end === block.length && !isLast) return null;
        if (end - last > MAX_ROW_BYTES) throw new RangeError(TOO_LONG);
        const isText = isUtf8(block.subarray(last, end));
        rows.push(isText ? { end, value: fields, error: null } : { end, value: null, error: NOT_UTF8 });
        last = end;
        return null;
      },
    });
  } catch (error) {
    if (error instanceof RangeError) return { rows, problem: TOO_LONG, openQuote: null };
    if (!(error instanceof CsvError)) throw error;
    if (error.code !== 'CSV_QUOTE_NOT_CLOSED') return { rows, problem: explain(error), openQuote: null };
    if (block.length - last <= MAX_ROW_BYTES) {
      // The quote opens the field behind the last delimiter.
      const field = (error as CsvError & { readonly bytes: number }).bytes;
      return { rows, problem: null, openQuote: block.indexOf('"', field) };
    }
  }
  return { rows, problem: block.length - last > MAX_ROW_BYTES ? TOO_LONG : null, openQuote: null };
}

function explain({ code, message }: CsvError): string {
  if (code === 'CSV_INVALID_CLOSING_QUOTE')
    return 'a quoted value goes on behind its closing quote; double a quote that belongs to the text, and close every other';
  if ((code as string) === 'INVALID_OPENING_QUOTE')
    return 'a quote stands within a value that does not begin with one; put the value in quotes and double those within';
  return message;
}

/** The bytes of line ends before anything else. */
function emptyLines(bytes: Buffer): number {
  const first = bytes.findIndex((byte) => byte !== LINE_FEED && byte !== CARRIAGE_RETURN);
  return first < 0 ? bytes.length : first;
}

/** The byte behind the first line end, LF, CRLF or CR; null when it is not there yet. */
function lineEnd(bytes: Buffer, isLast: boolean): number | null {
  const at = bytes.findIndex((byte) => byte === LINE_FEED || byte === CARRIAGE_RETURN);
  if (at < 0) return isLast ? bytes.length : null;
  if (bytes[at] === LINE_FEED) return at + 1;
  if (at + 1 === bytes.length && !isLast) return null;
  return bytes[at + 1] === LINE_FEED ? at + 2 : at + 1;
}
