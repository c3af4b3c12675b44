import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { DataError } from '../../errors';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../types';

/** The two data sets: MVSA-Single has one annotator for each post, MVSA-Multiple three. */
export type MvsaVariant = 'single' | 'multiple';

/** The name of the file that lists the posts of a data set and their labels. */
export const LABELS_FILE = 'labelResultAll.txt';

/** Its first line in each data set. */
export const LABELS_HEADERS: Readonly<Record<MvsaVariant, string>> = {
  single: 'ID\ttext,image',
  multiple: 'ID\ttext,image\ttext,image\ttext,image',
};

/** What one annotator said about a post's text and about its image. */
export interface Annotation {
  /** The sentiment of the text. */
  readonly textLabel: SentimentLabel;
  /** The sentiment of the image. */
  readonly imageLabel: SentimentLabel;
}

/** One row of the labels file. */
interface LabelRow {
  /** Its line in the file, from 1. */
  readonly line: number;
  readonly id: string;
  /** One annotation in MVSA-Single, three in MVSA-Multiple. */
  readonly annotations: readonly Annotation[];
}

/** Options of {@link readLabels}. */
export interface ReadLabelsOptions {
  /** The expected data set; without it the header decides. */
  readonly variant?: MvsaVariant;
  /** What to do with a row whose id came before. */
  readonly duplicateIds?: 'error' | 'keep-first';
}

const ROW = /^([\w-]+)\t(\w+,\w+(?:\t\w+,\w+)*)\s*$/;

/**
 * Reads `labelResultAll.txt` row by row, in the file's order and without holding it in memory.
 *
 * @param file the path of the labels file; line ends may be LF or CRLF, and a byte order mark is passed over
 * @throws {@link DataError} for a wrong header, a malformed line, an unknown label, a repeated id or no row: names the file and the line.
 */
export async function* readLabels(
  file: string,
  options: ReadLabelsOptions = {},
): AsyncGenerator<LabelRow, void> {
  const { duplicateIds = 'error' } = options;
  const fail = (line: number, problem: string): never => {
    throw new DataError(`${file}:${line}: ${problem}`);
  };
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  const lineOfId = new Map<string, number>();
  let annotators = 0;
  let line = 0;
  for await (const text of lines) {
    line++;
    if (line === 1) {
      annotators = annotatorsOf(text.replace(/^\uFEFF/, ''), options.variant, fail);
      continue;
    }
    if (text.trim() === '') continue;
    const row = parseRow(text, line, annotators, fail);
    const earlier = lineOfId.get(row.id);
    if (earlier === undefined) {
      lineOfId.set(row.id, line);
      yield row;
    } else if (duplicateIds === 'error') {
      fail(
        line,
        `id ${quote(row.id)} stands on line ${earlier} already; expected each id once. Remove one, or set duplicateIds to 'keep-first'`,
      );
    }
  }
  if (line === 0) fail(1, `expected the header ${quote(LABELS_HEADERS.single)}, received an empty file`);
  if (lineOfId.size === 0) fail(line, 'expected a row for each post below the header, received none');
}

/** The variant that a header announces; null for any other line. */
function variantOfHeader(header: string): MvsaVariant | null {
  const variants = Object.keys(LABELS_HEADERS) as MvsaVariant[];
  return variants.find((variant) => LABELS_HEADERS[variant] === header.trimEnd()) ?? null;
}

type Fail = (line: number, problem: string) => never;

function annotatorsOf(header: string, expected: MvsaVariant | undefined, fail: Fail): number {
  const found = variantOfHeader(header);
  if (found === null) {
    fail(
      1,
      `expected the header ${quote(LABELS_HEADERS.single)} of MVSA-Single or ${quote(LABELS_HEADERS.multiple)} of MVSA-Multiple, received ${quote(header)}`,
    );
  }
  if (expected !== undefined && found !== expected) {
    fail(
      1,
      `expected the header of variant '${expected}', ${quote(LABELS_HEADERS[expected])}, received that of '${found}'. Set variant to '${found}', or leave it out`,
    );
  }
  return found === 'multiple' ? 3 : 1;
}

function parseRow(text: string, line: number, annotators: number, fail: Fail): LabelRow {
  // No path can hide in an id: it becomes part of two file names.
  const [, id = '', columns = ''] =
    ROW.exec(text) ??
    fail(
      line,
      `expected ID<TAB>TEXT_LABEL,IMAGE_LABEL with an id of letters, digits, "_" and "-", received ${quote(text)}`,
    );
  const pairs = columns.split('\t');
  if (pairs.length !== annotators) {
    fail(line, `expected ${annotators} pair(s) of labels, received ${pairs.length}: ${quote(text)}`);
  }
  const annotations = pairs.map((pair): Annotation => {
    const [textLabel = '', imageLabel = ''] = pair.split(',');
    for (const label of [textLabel, imageLabel]) {
      if (!isSentimentLabel(label)) {
        fail(line, `unknown label ${quote(label)}; expected one of ${SENTIMENT_LABELS.join(', ')}`);
      }
    }
    return { textLabel, imageLabel } as Annotation;
  });
  return { line, id, annotations };
}

function isSentimentLabel(label: string): label is SentimentLabel {
  return (SENTIMENT_LABELS as readonly string[]).includes(label);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
