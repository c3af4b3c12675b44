import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../../errors';
import { LABELS_FILE, readLabels } from '../../mvsa/labels-file';

/** One post of a split file, before it is matched with the data set. */
export interface SplitEntry {
  /** The file and its line, from 1: `FILE:LINE`. */
  readonly place: string;
  /** The id, or the position in a pair list, as written. */
  readonly id: string;
  /** The label as written, a code or a name; null where the file gives none. */
  readonly label: string | number | null;
  /** File and line of the label, where it is not that of the entry. */
  readonly labelPlace?: string;
}

/**
 * Reads one part of a split, in any of the published shapes; the content tells which.
 *
 * - lines: one id each;
 * - a JSON list of ids, numbers or strings, or of objects with `id` and `emotion_label` or `label`;
 * - JSON lines: one such object each.
 *
 * @throws {@link DataError} with file and line for anything else
 */
export async function readSplitEntries(file: string): Promise<SplitEntry[]> {
  const contents = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new DataError(
      `${file}: expected a file of ids, one a line or as JSON, which cannot be read: ${cause.message}`,
      { cause },
    );
  });
  const text = contents.replace(/^\uFEFF/, '');
  const start = text.trimStart()[0];
  if (start === '[') {
    const items = parseJson(text, file);
    const lines = linesOfItems(text);
    return (items as unknown[]).map((item, index) => toEntry(item, `${file}:${lines[index]}`));
  }
  return text.split(/\r?\n/).flatMap((line, index): SplitEntry[] => {
    const place = `${file}:${index + 1}`;
    const trimmed = line.trim();
    if (trimmed === '') return [];
    if (start === '{') return [toEntry(parseJson(trimmed, place), place)];
    return [{ place, id: trimmed, label: null }];
  });
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DataError(
      `${place}: expected a JSON list, or one JSON object a line, received text that is neither: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function toEntry(item: unknown, place: string): SplitEntry {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return { place, id: toId(item, place, 'an id'), label: null };
  }
  const { id, emotion_label: emotionLabel, label } = item as Readonly<Record<string, unknown>>;
  return {
    place,
    id: toId(id, place, 'an object with the field "id"'),
    label: toLabel(emotionLabel ?? label ?? null, place),
  };
}

function toId(id: unknown, place: string, expected: string): string {
  if (typeof id === 'string' && id.trim() !== '') return id.trim();
  if (Number.isSafeInteger(id) && (id as number) >= 0) return String(id);
  throw new DataError(
    `${place}: expected ${expected}, a whole number or a string, received ${shorten(JSON.stringify(id))}.`,
  );
}

function toLabel(label: unknown, place: string): string | number | null {
  if (label === null || typeof label === 'string' || typeof label === 'number') return label;
  throw new DataError(
    `${place}: expected a label, a code or a name, received ${shorten(JSON.stringify(label))}.`,
  );
}

function shorten(text: string | undefined): string {
  if (text === undefined) return 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/**
 * The lines, from 1, on which the items of a JSON list begin: `JSON.parse` tells none, and an error must.
 *
 * @param text valid JSON, a list
 */
function linesOfItems(text: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let isBefore = true;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (isInString) {
      if (character === '\\') index++;
      else if (character === '"') isInString = false;
      continue;
    }
    if (character === '\n') line++;
    if (/\s/.test(character)) continue;
    if (character === ',' && depth === 1) isBefore = true;
    else if (character === ']' || character === '}') depth--;
    else {
      if (depth === 1 && isBefore) {
        lines.push(line);
        isBefore = false;
      }
      if (character === '[' || character === '{') depth++;
      isInString = character === '"';
    }
  }
  return lines;
}

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
}: {
  readonly directory: string;
  readonly pairs: readonly { readonly id: string }[];
  readonly skipped: readonly { readonly id: string }[];
}): Promise<PairListRow[]> {
  const file = join(directory, LABELS_FILE);
  const labelled = new Set([...pairs, ...skipped].map(({ id }) => id));
  const rows: PairListRow[] = [];
  for await (const { id, line } of readLabels(file, { duplicateIds: 'keep-first' })) {
    if (labelled.has(id)) rows.push({ id, label: null, place: `${file}:${line}` });
  }
  return rows;
}
