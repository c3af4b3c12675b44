import { dirname, isAbsolute, join } from 'node:path';
import { DataError } from '../../errors';
import { nearestOf } from '../../options/check-option-names';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { TEXT } from '../../options/rules';
import type { Post } from './post';

/** The columns of a CSV file, or properties of JSON lines, that hold the parts of a post. */
export interface PostColumns {
  /**
   * The text.
   * @defaultValue `'text'`
   */
  readonly text?: string;
  /**
   * The path of the image file, from the folder of the posts file on.
   * @defaultValue `'image'`, `'imagePath'` or `'image_path'`
   */
  readonly image?: string;
  /**
   * The class of the post. The classes of text and image alone, for auxiliary losses, are called `textLabel` and `imageLabel`.
   * @defaultValue `'label'`
   */
  readonly label?: string;
  /**
   * The id, a string or a whole number.
   * @defaultValue `'id'`; where there is none, the number of the row
   */
  readonly id?: string;
}

/** Names that a message lists. */
const LISTED = 20;

/** The options of {@link PostColumns} and their flags. */
export const POST_COLUMNS = {
  text: { rule: TEXT, help: 'column of the text (default: text)', flag: 'text-column' },
  image: {
    rule: TEXT,
    help: 'column of the path of the image (default: image, imagePath or image_path)',
    flag: 'image-column',
  },
  label: { rule: TEXT, help: 'column of the class (default: label)', flag: 'label-column' },
  id: { rule: TEXT, help: 'column of the id (default: id)', flag: 'id-column' },
} as const satisfies OptionTable<PostColumns>;

/** The names under which each part of a post may stand. */
export type ColumnNames = Readonly<Record<keyof PostColumns | 'textLabel' | 'imageLabel', readonly string[]>>;

/** The names to look for: those that were given, else the usual ones. */
export function columnNames(where: string, columns: PostColumns): ColumnNames {
  const { text, image, label, id } = resolveOptions<PostColumns, typeof POST_COLUMNS>(
    where,
    columns,
    POST_COLUMNS,
  );
  return {
    text: [text ?? 'text'],
    image: image === undefined ? ['image', 'imagePath', 'image_path'] : [image],
    label: [label ?? 'label'],
    id: [id ?? 'id'],
    textLabel: ['textLabel'],
    imageLabel: ['imageLabel'],
  };
}

/**
 * Refuses a file without a column that was asked for by name, or with neither text nor image.
 *
 * @param place the file, for the message
 * @param given what the caller asked for
 * @param found the columns that the file has
 * @throws {@link DataError} naming the column, the nearest that is there, and all that are there
 */
export function checkColumns(place: string, given: PostColumns, found: readonly string[]): void {
  const names = columnNames('columns', given);
  for (const part of Object.keys(POST_COLUMNS) as (keyof PostColumns)[]) {
    const name = given[part];
    if (name !== undefined && !found.includes(name)) refuseColumn(place, part, [name], found);
  }
  if (![...names.text, ...names.image].some((name) => found.includes(name))) {
    refuseColumn(place, 'text', [...names.text, ...names.image], found);
  }
}

/** @throws {@link DataError} that names what is missing, what is there, and what is near */
export function refuseColumn(
  place: string,
  part: keyof PostColumns,
  names: readonly string[],
  found: readonly string[],
): never {
  const near = names.map((name) => nearestOf(name, found)).find((name) => name !== undefined);
  const wanted = names.map((name) => JSON.stringify(name)).join(' or ');
  throw new DataError(
    `${place}: expected a column ${wanted}, received ${found.length === 0 ? 'no columns' : `the columns ${list(found)}`}. ` +
      (near === undefined
        ? `Name the right one with the option ${part}.`
        : `Did you mean ${JSON.stringify(near)}? Name it with the option ${part}.`),
  );
}

/** A post with an id, as a row gives it, or what is wrong with the row. */
export type RowOutcome =
  | { readonly post: Post & { readonly id: string } }
  | { readonly id: string | null; readonly error: string };

/**
 * Makes a post of a row.
 *
 * @param file the posts file, from whose folder image paths go on
 * @param row the row's number, the id of a post without one
 */
export function toPost(
  value: Readonly<Record<string, unknown>>,
  names: ColumnNames,
  file: string,
  row: number,
): RowOutcome {
  const partOf = (part: keyof ColumnNames) =>
    names[part].map((name) => (Object.hasOwn(value, name) ? value[name] : null)).find(isThere);
  const id = nameFrom(partOf('id') ?? row);
  if (id === null) return { id, error: idProblem(partOf('id')) };
  const [text, image] = [partOf('text'), partOf('image')];
  if (text !== undefined && typeof text !== 'string')
    return { id, error: `expected the text to be a string, received ${show(text)}` };
  if (image !== undefined && (typeof image !== 'string' || /^[a-z][a-z\d+.-]+:/i.test(image.trim())))
    return { id, error: `expected the image to be the path of a file, received ${show(image)}` };
  if (text === undefined && image === undefined) {
    return {
      id,
      error: `expected a text or an image (${[...names.text, ...names.image].join(', ')}), received neither among ${list(Object.keys(value))}`,
    };
  }
  const labels: { -readonly [Part in 'label' | 'textLabel' | 'imageLabel']?: string } = {};
  for (const part of ['label', 'textLabel', 'imageLabel'] as const) {
    const label = partOf(part);
    if (label === undefined) continue;
    const name = nameFrom(label);
    if (name === null)
      return { id, error: `expected ${part} to be a string or a whole number, received ${show(label)}` };
    labels[part] = name;
  }
  const post = {
    id,
    ...(text !== undefined && { text }),
    ...(image !== undefined && { imagePath: placeOf(image.trim(), file) }),
  };
  return { post: { ...post, ...labels } };
}

/** Whether there is a value; a text of nothing but white space is none. */
function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && (typeof value !== 'string' || value.trim() !== '');
}

/** A string or whole number as a name; null for anything else. */
function nameFrom(value: unknown): string | null {
  if (typeof value === 'string') return value.trim();
  return Number.isSafeInteger(value) ? String(value) : null;
}

function idProblem(id: unknown): string {
  return typeof id === 'number' && Number.isInteger(id)
    ? 'the id is a number with more digits than JSON keeps; write it as a string'
    : `expected the id to be a string or a whole number, received ${show(id)}`;
}

function placeOf(image: string, file: string): string {
  return isAbsolute(image) ? image : join(dirname(file), image);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map(show).join(', ');
  return names.length > LISTED ? `${shown} and ${names.length - LISTED} more` : shown;
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
