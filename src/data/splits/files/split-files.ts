import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../../errors';

/** The parts of a split, in the order of options and results. */
export const SPLIT_PARTS = ['train', 'validation', 'test'] as const;

/** Endings of the files that hold one part of a split each. */
const EXTENSIONS = ['txt', 'json', 'jsonl'] as const;

/** The folder of a data set that holds its splits. */
export function splitsFolder(directory: string): string {
  return join(directory, 'splits');
}

/**
 * The files of a named split in a data set's directory: `splits/NAME.PART.{txt,json,jsonl}`.
 *
 * @returns the paths of train, validation and, where it is there, test
 * @throws {@link DataError} for an unknown name (lists those available), a part without a file and one with two
 */
export async function findSplitFiles(directory: string, name: string): Promise<string[]> {
  const folder = splitsFolder(directory);
  const present = await readdir(folder).catch((): string[] => []);
  const names = new Set(present.flatMap((file) => /^(.+)\.train\.(?:txt|jsonl?)$/.exec(file)?.[1] ?? []));
  if (!names.has(name)) {
    const available = names.size === 0 ? 'none' : [...names].sort().join(', ');
    throw new DataError(
      `${folder}: expected the name of a split, or 2 or 3 files (train, validation and, if there is one, test), received "${name}". Available: ${available}.`,
    );
  }
  return SPLIT_PARTS.flatMap((part) => {
    const files = fileNamesOf(name, part).filter((file) => present.includes(file));
    if (files.length > 1) {
      throw new DataError(
        `${folder}: expected one file of the part ${part}, received ${files.join(' and ')}.`,
      );
    }
    if (files.length === 0 && part !== 'test') {
      throw new DataError(
        `${join(folder, `${name}.${part}.txt`)}: expected a file of ids, one a line, received no file.`,
      );
    }
    return files.map((file) => join(folder, file));
  });
}

/** The names that the file of one part may have. */
export function fileNamesOf(name: string, part: string): string[] {
  return EXTENSIONS.map((extension) => `${name}.${part}.${extension}`);
}
