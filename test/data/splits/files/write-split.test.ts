import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { MvsaDataset } from '../../../../src/data/mvsa/mvsa-dataset';
import { readSplit } from '../../../../src/data/splits/files/read-split';
import { writeSplit } from '../../../../src/data/splits/files/write-split';
import { kFoldPairs, splitPairs } from '../../../../src/data/splits/split-pairs';
import { DataError, MvsaFusionError, OptionError } from '../../../../src/errors';
import { SENTIMENT_LABELS } from '../../../../src/types';
import { makePair, temporaryFolder } from '../../mvsa/mini-mvsa';

const pairs = Array.from({ length: 60 }, (_, index) =>
  makePair(index + 1, SENTIMENT_LABELS[(index % 3) as 0], `text ${index}`),
);
const makeDataset = async () =>
  ({ directory: await temporaryFolder(), pairs, dropped: [], skipped: [] }) as unknown as MvsaDataset;

it('is read back as it was written, with and without a test part', async () => {
  const dataset = await makeDataset();
  const split = splitPairs(pairs, { ratios: [0.6, 0.2, 0.2], seed: 4 });
  const files = await writeSplit(dataset.directory, 'seed-4.v1', split);
  expect(await readSplit(dataset, 'seed-4.v1')).toEqual({ ...split, missing: [], labelMismatches: [] });
  expect(await readSplit(dataset, files)).toEqual({ ...split, missing: [], labelMismatches: [] });
  expect(await readFile(files[2], 'utf8')).toBe(split.test.map(({ id }) => `${id}\n`).join(''));
  expect(await readdir(join(dataset.directory, 'splits'))).toHaveLength(3);

  const [fold] = kFoldPairs(pairs, { folds: 3 });
  if (!fold) throw new Error('no fold');
  await writeSplit(dataset.directory, 'fold', fold);
  expect(await readSplit(dataset, 'fold')).toMatchObject({ ...fold, test: [] });
});

it('replaces a split only when told to, the test part too', async () => {
  const { directory } = await makeDataset();
  const dataset = { ...(await makeDataset()), directory };
  const split = splitPairs(pairs, { ratios: [0.6, 0.2, 0.2] });
  await writeSplit(directory, 'mine', split);
  const other = { train: split.test, validation: split.validation };
  await expect(writeSplit(directory, 'mine', other)).rejects.toThrow(DataError);
  await expect(writeSplit(directory, 'mine', other)).rejects.toThrow('mine.train.txt');
  expect((await readSplit(dataset, 'mine')).train).toEqual(split.train);
  await writeSplit(directory, 'mine', other, { overwrite: true });
  expect(await readSplit(dataset, 'mine')).toMatchObject({ ...other, test: [] });

  await writeFile(join(directory, 'splits', 'theirs.train.json'), '[1]');
  await expect(writeSplit(directory, 'theirs', other, { overwrite: true })).rejects.toThrow(
    'received theirs.train.json. Choose another name, or remove these files.',
  );
});

it('refuses names with a path, bad ids and a directory that cannot be', async () => {
  const { directory } = await makeDataset();
  const split = { train: pairs.slice(0, 2), validation: pairs.slice(2, 3) };
  for (const name of ['', '.', '..', '../up', 'a/b', 'a\\b', '/root', '.hidden', 'a b', 'a\n', 'nul\0']) {
    await expect(writeSplit(directory, name, split)).rejects.toThrow(OptionError);
  }
  const twice = { train: split.train, validation: split.train };
  await expect(writeSplit(directory, 'twice', twice)).rejects.toThrow('received "1" twice');
  const lines = { train: [{ id: '1\n2' }], validation: [] };
  await expect(writeSplit(directory, 'lines', lines)).rejects.toThrow('received "1\\n2"');
  expect(await readdir(directory)).toEqual([]);
  await writeFile(join(directory, 'file'), '');
  await expect(writeSplit(join(directory, 'file'), 'name', split)).rejects.toThrow(MvsaFusionError);
});
