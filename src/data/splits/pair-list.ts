import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../errors';
import { LABELS_FILE, readLabels } from '../mvsa/labels-file';
import type { MvsaDataset } from '../mvsa/mvsa-dataset';

/** One row of a pair list, to which a position in a split file points. */
export interface PairListRow {
  /** The id as written. */
  readonly id: string;
  /** The label as written; null where the list gives none. */
  readonly label: string | null;
  /** File and line. */
  readonly place: string;
}

/**
 * Reads a pair list: a row `ID,LABEL,TEXT_LABEL,IMAGE_LABEL` a post, of which all but the id may be left out.
 *
 * @throws {@link DataError} when the file cannot be read, and with file and line for a row of another form
 */
export async function readPairList(file: string): Promise<PairListRow[]> {
  const contents = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new DataError(`${file}: expected a pair list, which cannot be read: ${cause.message}`, { cause });
  });
  return contents
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, index): PairListRow[] => {
      const place = `${file}:${index + 1}`;
      if (line.trim() === '') return [];
      const cells = line.split(/[,\t]/).map((cell) => cell.trim());
      if (cells.length > 4 || !cells[0]) {
        throw new DataError(
          `${place}: expected ID,LABEL,TEXT_LABEL,IMAGE_LABEL, received "${line.slice(0, 60)}".`,
        );
      }
      return [{ id: cells[0], label: cells[1] || null, place }];
    });
}

/** The pair list that a data set itself makes: every post with a label, in the order of the labels file. */
export async function pairListOf({
  directory,
  pairs,
  skipped,
}: Pick<MvsaDataset, 'directory' | 'pairs' | 'skipped'>): Promise<PairListRow[]> {
  const file = join(directory, LABELS_FILE);
  const labelled = new Set([...pairs, ...skipped].map(({ id }) => id));
  const rows: PairListRow[] = [];
  for await (const { id, line } of readLabels(file, { duplicateIds: 'keep-first' })) {
    if (labelled.has(id)) rows.push({ id, label: null, place: `${file}:${line}` });
  }
  return rows;
}
