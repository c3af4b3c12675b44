import { DataError } from '../errors';
import { SENTIMENT_LABELS, type SentimentLabel } from '../types';

/** The name of the file that lists the posts of a data set and their labels. */
export const LABELS_FILE = 'labelResultAll.txt';

/** Its first line. */
export const LABELS_HEADER = 'ID\ttext,image';

/** One row of the labels file: what an annotator said about a post's text and about its image. */
export interface LabelRow {
  readonly id: string;
  readonly textLabel: SentimentLabel;
  readonly imageLabel: SentimentLabel;
}

/**
 * Parses the contents of `labelResultAll.txt` of MVSA-Single: a header, then `ID<TAB>text,image` on each line.
 *
 * @param contents the file's text, with LF or CRLF line ends
 * @param file the file's path, for messages
 * @throws {@link DataError} for a malformed line, an unknown label or a repeated id: names the file and the line.
 */
export function parseLabelsFile(contents: string, file: string): LabelRow[] {
  const [header = '', ...lines] = contents.replace(/^\uFEFF/, '').split(/\r?\n/);
  const fail = (line: number, problem: string): never => {
    throw new DataError(`${file}:${line}: ${problem}`);
  };
  if (header.trimEnd() !== LABELS_HEADER) {
    fail(1, `expected the header ${quote(LABELS_HEADER)} of MVSA-Single, received ${quote(header)}`);
  }

  const rows: LabelRow[] = [];
  const lineOfId = new Map<string, number>();
  for (const [index, text] of lines.entries()) {
    const line = index + 2;
    if (text.trim() === '') continue;
    // No path can hide in an id: it becomes part of two file names.
    const [, id = '', textLabel = '', imageLabel = ''] =
      /^([\w-]+)\t(\w+),(\w+)\s*$/.exec(text) ??
      fail(
        line,
        `expected ID<TAB>TEXT_LABEL,IMAGE_LABEL with an id of letters, digits, "_" and "-", received ${quote(text)}`,
      );
    for (const label of [textLabel, imageLabel]) {
      if (!isSentimentLabel(label)) {
        fail(line, `unknown label ${quote(label)}; expected one of ${SENTIMENT_LABELS.join(', ')}`);
      }
    }
    const earlier = lineOfId.get(id);
    if (earlier !== undefined)
      fail(line, `id ${quote(id)} stands on line ${earlier} already; expected each id once`);
    lineOfId.set(id, line);
    rows.push({ id, textLabel: textLabel as SentimentLabel, imageLabel: imageLabel as SentimentLabel });
  }
  return rows;
}

function isSentimentLabel(label: string): label is SentimentLabel {
  return (SENTIMENT_LABELS as readonly string[]).includes(label);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
