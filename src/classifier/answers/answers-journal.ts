import { readFile } from 'node:fs/promises';
import { DataError } from '../../errors';
import type { JsonObject } from '../../training';
import { diffConfig } from '../../training/checkpoints/diff-config';

/** How far a file of posts is answered. */
export interface AnswersState {
  /** Rows that have their line in the answers. */
  readonly rows: number;
  /** Those of them that could not be answered. */
  readonly failed: number;
  /** The byte of the input behind the last of them. */
  readonly inputEnd: number;
  /** The columns, or properties, met up to there. */
  readonly columns: readonly string[];
}

/** What is known of a run that writes answers, and survives it. */
export interface AnswersJournal extends AnswersState {
  /** {@link JOURNAL_FORMAT} of the library that wrote it. */
  readonly format: number;
  /** What decides the answers: input, model, options. */
  readonly run: JsonObject;
  /** How much of the file of answers is of these rows. */
  readonly outputBytes: number;
  /** Whether nothing is left but to give the file its name. */
  readonly isFinished: boolean;
}

/** Raised whenever an older version of this library could not go on with what a newer one left. */
export const JOURNAL_FORMAT = 1;

const MOST_LINES = 5;

/**
 * Reads the journal of a run that was stopped; null where there is none.
 *
 * @throws {@link DataError} when it is damaged, or of a newer version of this library
 */
export async function readJournal(file: string, part: string): Promise<AnswersJournal | null> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null;
    throw new DataError(`${file}: expected a journal, which cannot be read: ${cause.message}`, { cause });
  });
  if (text === null) return null;
  const journal = parse(text);
  if (journal?.format === JOURNAL_FORMAT) return journal;
  throw new DataError(
    `${file}: expected a journal of format ${JOURNAL_FORMAT}, received ${journal ? `format ${journal.format}` : 'a damaged one'}. ${howToBeginAnew(part)}`,
  );
}

function parse(text: string): AnswersJournal | null {
  try {
    const journal = JSON.parse(text) as AnswersJournal;
    const { rows, failed, inputEnd, outputBytes } = journal;
    return [rows, failed, inputEnd, outputBytes].every(Number.isSafeInteger) ? journal : null;
  } catch {
    return null;
  }
}

/** @throws {@link DataError} naming what differs, where the run was one of another input, model or option */
export function checkSameRun(part: string, stopped: JsonObject, run: JsonObject): void {
  const lines = diffConfig(stopped, run).map((line) => line.replace(' in the checkpoint, ', ' then, '));
  if (lines.length === 0) return;
  const more = lines.length > MOST_LINES ? `; and ${lines.length - MOST_LINES} more` : '';
  throw new DataError(
    `${part}: expected a stopped run of the same input, model and options to go on with, received another: ` +
      `${lines.slice(0, MOST_LINES).join('; ')}${more}. Give the same as then. ${howToBeginAnew(part)}`,
  );
}

/** What to do with a part that is of no use. */
export function howToBeginAnew(part: string): string {
  return `To begin anew, delete ${part}, or pass force (--force).`;
}
