import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, OptionError } from '../../../errors';
import { writeFileAtomically } from '../../../files/write-file';
import { checkOptionNames } from '../../../options/check-option-names';
import { fileNamesOf, SPLIT_PARTS, splitsFolder } from './split-files';

/** A post, of which only the id is written. */
export interface WritablePost {
  /** The id: one line of text, without white space around it, that begins with neither bracket nor brace. */
  readonly id: string;
}

/** A split of posts, of which only the ids are written; a fold has no test part. */
export interface WritableSplit {
  /** Posts to learn from. */
  readonly train: readonly WritablePost[];
  /** Posts to choose by. */
  readonly validation: readonly WritablePost[];
  /** Posts to report on. */
  readonly test?: readonly WritablePost[];
}

/** Options of {@link writeSplit}. */
export interface WriteSplitOptions {
  /**
   * Whether to replace a split of the same name.
   * @defaultValue `false`
   */
  readonly overwrite?: boolean;
}

/**
 * Writes a split as `splits/NAME.{train,validation,test}.txt`, one id a line, for `readSplit` to read by its name.
 *
 * Each file is written whole or not at all; an empty test part gives an empty file.
 *
 * @param directory the data set's directory; of your own posts the folder of their file
 * @param name letters, digits, `.`, `_` and `-`, starting with a letter or digit; no path
 * @returns the paths of the files of train, validation and test
 * @throws {@link OptionError} for an unknown option, another name, an id that stands twice or holds other characters
 * @throws {@link DataError} when a split of that name is there and `overwrite` is not set
 * @throws {@link MvsaFusionError} when a file cannot be written
 * @example
 * ```ts
 * import { openMvsa, readSplit, splitPairs, writeSplit } from 'mvsa-fusion/data';
 *
 * const dataset = await openMvsa('./MVSA_Single');
 * await writeSplit(dataset.directory, 'seed-7', splitPairs(dataset.pairs, { ratios: [0.7, 0.15, 0.15], seed: 7 }));
 * const { train } = await readSplit(dataset, 'seed-7');
 * console.log(train.length);
 * ```
 */
export async function writeSplit(
  directory: string,
  name: string,
  split: WritableSplit,
  options: WriteSplitOptions = {},
): Promise<[train: string, validation: string, test: string]> {
  checkOptionNames('writeSplit', options, { overwrite: true });
  const { overwrite = false } = options;
  if (!/^[a-z\d][\w.-]*$/i.test(name)) {
    throw new OptionError(
      `name: expected letters, digits, ".", "_" and "-", starting with a letter or digit, received "${name}".`,
    );
  }
  const parts = SPLIT_PARTS.map((part) => [part, (split[part] ?? []).map(({ id }) => id)] as const);
  checkIds(parts.flatMap(([, ids]) => ids));

  const folder = splitsFolder(directory);
  const present = await readdir(folder).catch((): string[] => []);
  const inTheWay = SPLIT_PARTS.flatMap((part) => fileNamesOf(name, part)).filter(
    // JSON files of the name would stand beside the new ones, and nobody could tell which are meant.
    (file) => present.includes(file) && !(overwrite && file.endsWith('.txt')),
  );
  if (inTheWay.length > 0) {
    throw new DataError(
      `${folder}: expected no split "${name}", received ${inTheWay.join(', ')}. Choose another name, ` +
        (overwrite ? 'or remove these files.' : 'or set overwrite.'),
    );
  }
  const files: string[] = [];
  for (const [part, ids] of parts) {
    const file = join(folder, `${name}.${part}.txt`);
    files.push(await writeFileAtomically(file, ids.map((id) => `${id}\n`).join('')));
  }
  return files as [train: string, validation: string, test: string];
}

function checkIds(ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    // What readSplit would read as something else: JSON, a byte order mark, another line.
    if (typeof id !== 'string' || id !== id.trim() || /^$|^[[{]|[\r\n]/.test(id)) {
      throw new OptionError(
        `split: expected ids of one line, without white space around them, that begin with neither "[" nor "{", received ${JSON.stringify(id)}.`,
      );
    }
    if (seen.has(id)) throw new OptionError(`split: expected each id once, received "${id}" twice.`);
    seen.add(id);
  }
}
