import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { DataError, OptionError } from '../../errors';

/** Where a model comes from. */
export type ModelSource =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'hub'; readonly id: string };

const PART = /^[A-Za-z0-9][\w.-]{0,95}$/;

/**
 * Tells a local folder from a hub id.
 *
 * A path that is absolute, starts with `./`, `../` or `~/`, or exists is a folder; `owner/name` is a hub id.
 *
 * @throws {@link DataError} when the folder does not exist; {@link OptionError} when it is neither.
 */
export function modelSource(source: string): ModelSource {
  if (typeof source !== 'string' || source.trim() === '' || source.includes('\0')) {
    throw new OptionError(
      `model: expected a folder or a hub id such as "Xenova/bert-base-uncased", received ${JSON.stringify(source)}.`,
    );
  }
  const path = /^~[/\\]/.test(source) ? join(homedir(), source.slice(2)) : source;
  if (existsSync(path)) return { kind: 'folder', folder: resolve(path) };
  if (isAbsolute(path) || /^\.{1,2}([/\\]|$)/.test(path)) {
    throw new DataError(`${source}: expected a folder with a model's files; there is none. Check the path.`);
  }
  const parts = source.split('/');
  if (parts.length === 2 && parts.every((part) => PART.test(part) && !/\.\.|\.git$/.test(part))) {
    return { kind: 'hub', id: source };
  }
  throw new OptionError(
    `model: expected an existing folder or a hub id of the form owner/name, received "${source}". A folder that does not exist yet is written ./${source}.`,
  );
}
