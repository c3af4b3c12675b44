import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../errors';
import type { MvsaDataset, MvsaPair } from './mvsa-dataset';
import type { PairSplits } from './split-pairs';

const SPLITS = ['train', 'validation', 'test'] as const;

/** A split as published, matched with the posts that are there. */
export interface ReadSplit extends PairSplits {
  /** Ids that the files list but the data set cannot use: dropped or skipped posts. */
  readonly missing: string[];
}

/**
 * Reads a split that was fixed by others: files of ids, one a line.
 *
 * @param dataset the opened data set that the ids belong to
 * @param nameOrFiles a name, for `splits/NAME.{train,validation,test}.txt` in the data set's directory, where the test file may
 *   be absent; or the paths of the files of train, validation and, if there is one, test
 * @returns the pairs of each split in the files' order, and the ids that were left out
 * @throws {@link DataError} for an unknown name (lists those available), a file that cannot be read, and, with file and line,
 *   an id that the labels file does not list or that was listed before
 * @example
 * ```ts
 * import { openMvsa, readSplit } from 'mvsa-fusion/data';
 *
 * const dataset = await openMvsa('./MVSA_Single');
 * const { train, validation, missing } = await readSplit(dataset, ['./my-train.txt', './my-validation.txt']);
 * console.log(train.length, validation.length, missing);
 * ```
 */
export async function readSplit(
  dataset: MvsaDataset,
  nameOrFiles: string | readonly [train: string, validation: string, test?: string],
): Promise<ReadSplit> {
  const files = typeof nameOrFiles === 'string' ? await filesOf(dataset.directory, nameOrFiles) : nameOrFiles;
  const pairOfId = new Map(dataset.pairs.map((pair) => [pair.id, pair]));
  const unusable = new Set([...dataset.dropped, ...dataset.skipped].map(({ id }) => id));

  const splits = { train: [] as MvsaPair[], validation: [] as MvsaPair[], test: [] as MvsaPair[] };
  const missing: string[] = [];
  const placeOfId = new Map<string, string>();
  for (const [index, name] of SPLITS.entries()) {
    const file = files[index];
    for (const [line, id] of file === undefined ? [] : await readIds(file)) {
      const place = `${file}:${line}`;
      const earlier = placeOfId.get(id);
      if (earlier !== undefined)
        throw new DataError(`${place}: id "${id}" stands in ${earlier} already; expected each id once.`);
      placeOfId.set(id, place);

      const pair = pairOfId.get(id);
      if (pair) splits[name].push(pair);
      else if (unusable.has(id)) missing.push(id);
      else
        throw new DataError(
          `${place}: expected an id of the data set in ${dataset.directory}, received "${id}".`,
        );
    }
  }
  return { ...splits, missing };
}

/** The files of a named split; the last is absent where there is no test file. */
async function filesOf(directory: string, name: string): Promise<string[]> {
  const folder = join(directory, 'splits');
  const present = new Set(await readdir(folder).catch(() => []));
  const names = [...present].flatMap((file) => /^(.+)\.train\.txt$/.exec(file)?.[1] ?? []);
  if (!names.includes(name)) {
    const available = names.length === 0 ? 'none' : names.sort().join(', ');
    throw new DataError(
      `${folder}: expected the name of a split, received "${name}". Available: ${available}.`,
    );
  }
  return SPLITS.map((split) => `${name}.${split}.txt`)
    .filter((file) => present.has(file) || !file.endsWith('.test.txt'))
    .map((file) => join(folder, file));
}

/** The ids in a file, each after the number of its line. */
async function readIds(file: string): Promise<[line: number, id: string][]> {
  const contents = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new DataError(
      `${file}: expected a file of ids, one a line, which cannot be read: ${cause.message}`,
      { cause },
    );
  });
  return contents
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, index): [number, string] => [index + 1, line.trim()])
    .filter(([, id]) => id !== '');
}
