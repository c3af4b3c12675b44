import { DataError } from '../../../errors';
import { readCsvRows } from './csv-rows';
import type { RawRow } from './read-blocks';

/** What people part columns with where this reader takes commas or tabs. */
const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

/** The first row of a CSV file. */
export interface CsvHeader {
  /** The columns in the order of the file, without white space around them. */
  readonly names: readonly string[];
  /** The byte behind the row. */
  readonly end: number;
}

/**
 * Reads the names of the columns.
 *
 * @param start the first byte behind a byte order mark
 * @throws {@link DataError} for a row that cannot be read, a name that stands twice, and columns that something else parts
 */
export async function readCsvHeader(file: string, start: number, delimiter: string): Promise<CsvHeader> {
  const rows = readCsvRows(file, start, delimiter);
  const { value: first } = await rows.next();
  await rows.return();
  if (!first) throw new DataError(`${file}: expected a header and rows, received no rows.`);
  if (first.value === null) {
    throw new DataError(`${file}: expected a header of column names in the first row; ${first.error}.`);
  }
  const names = first.value.map((name) => name.trim());
  checkDelimiter(file, names, delimiter);
  const seen = new Set<string>();
  const twice = names.find((name) => name !== '' && (seen.has(name) || !seen.add(name)));
  if (twice !== undefined) {
    throw new DataError(
      `${file}: expected each column once, received ${JSON.stringify(twice)} twice. Rename one.`,
    );
  }
  return { names, end: first.end };
}

function checkDelimiter(file: string, names: readonly string[], delimiter: string): void {
  const [only = ''] = names;
  if (names.length > 1) return;
  const found = Object.keys(DELIMITERS).find((other) => other !== delimiter && only.includes(other));
  if (found === undefined) return;
  const advice =
    found === '\t'
      ? "Set the option format to 'tsv', or name the file .tsv."
      : found === ','
        ? "Set the option format to 'csv', or name the file .csv."
        : 'Save it with commas.';
  throw new DataError(
    `${file}: expected columns parted by ${DELIMITERS[delimiter]}, received ${DELIMITERS[found]} (${JSON.stringify(found)}) in the header. ${advice}`,
  );
}

/** Gives the fields of each row the names of their columns; a row with more or fewer fields is one that cannot be read. */
export async function* objectsOf(
  rows: AsyncIterable<RawRow<readonly string[]>>,
  names: readonly string[],
): AsyncGenerator<RawRow<Readonly<Record<string, string>>>, void> {
  for await (const { end, value, error } of rows) {
    if (value === null) yield { end, value, error };
    else if (value.length === names.length) {
      yield {
        end,
        value: Object.fromEntries(names.map((name, index) => [name, value[index] as string])),
        error,
      };
    } else {
      const advice = value.length > names.length ? '; a value with a comma in it needs quotes' : '';
      yield {
        end,
        value: null,
        error: `expected ${names.length} columns, received ${value.length}${advice}`,
      };
    }
  }
}
