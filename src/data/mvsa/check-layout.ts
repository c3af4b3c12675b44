import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, OptionError } from '../../errors';
import { LABELS_FILE } from './labels-file';

/**
 * Checks that a directory is laid out as MVSA is, before anything in it is read.
 *
 * @throws {@link OptionError} when it is no path.
 * @throws {@link DataError} in one line that names the directory, what was expected, and where it may be instead
 */
export async function checkLayout(directory: string): Promise<void> {
  const expected = `expected an MVSA directory (${LABELS_FILE} beside a folder data)`;
  if (typeof directory !== 'string' || directory === '') {
    throw new OptionError(
      `directory: expected the path of an MVSA directory, received ${JSON.stringify(directory)}.`,
    );
  }
  const kind = await kindOf(directory);
  if (kind === 'nothing') throw new DataError(`${directory}: ${expected}, received a path where nothing is.`);
  if (kind === 'file') throw new DataError(`${directory}: ${expected}, received a file.`);

  if ((await kindOf(join(directory, LABELS_FILE))) !== 'file') {
    const entries = await readdir(directory);
    const received = entries.length === 0 ? 'an empty directory' : `a directory without ${LABELS_FILE}`;
    const found = await childWithLabels(directory, entries);
    const hint = found === null ? '' : ` Did you mean ${found}?`;
    throw new DataError(`${directory}: ${expected}, received ${received}.${hint}`);
  }
  if ((await kindOf(join(directory, 'data'))) !== 'directory') {
    throw new DataError(`${directory}: ${expected}, received a directory without the folder data.`);
  }
}

async function kindOf(path: string): Promise<'file' | 'directory' | 'nothing'> {
  const found = await stat(path).catch(() => null);
  if (found === null) return 'nothing';
  return found.isDirectory() ? 'directory' : 'file';
}

async function childWithLabels(directory: string, entries: readonly string[]): Promise<string | null> {
  for (const entry of entries) {
    const child = join(directory, entry);
    if ((await kindOf(join(child, LABELS_FILE))) === 'file') return child;
  }
  return null;
}
