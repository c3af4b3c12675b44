import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MvsaDataset } from '../../../../src/data/mvsa/mvsa-dataset';
import { openMvsa } from '../../../../src/data/mvsa/open-mvsa';
import { readSplit } from '../../../../src/data/splits/files/read-split';
import { splitPairs } from '../../../../src/data/splits/split-pairs';
import { DataError, OptionError } from '../../../../src/errors';
import type { SentimentLabel } from '../../../../src/types';
import { makePair, writeMvsa } from '../../mvsa/mini-mvsa';

const IDS = Array.from({ length: 23 }, (_, index) => String(index + 1));

/** 23 posts in memory, of which 2 was dropped and 3 skipped, over a real directory. */
async function openMini() {
  const rows = IDS.map(
    (id) => `${id}\t${id === '2' ? 'positive,negative' : `${labelOf(id)},${labelOf(id)}`}\n`,
  );
  const directory = await writeMvsa(`ID\ttext,image\n${rows.join('')}`, {});
  const dataset = {
    directory,
    labelRule: 'merged',
    pairs: IDS.filter((id) => id !== '2' && id !== '3').map((id) => makePair(id, labelOf(id), `text ${id}`)),
    dropped: [{ id: '2', textLabel: 'positive', imageLabel: 'negative', reason: 'text against image' }],
    skipped: [{ id: '3', reason: 'no image file' }],
  } as unknown as MvsaDataset;
  await mkdir(join(directory, 'splits'));
  const write = async (name: string, contents: string) => {
    await writeFile(join(directory, 'splits', name), contents);
    return join(directory, 'splits', name);
  };
  return { dataset, write };
}

/** Ten positive, seven neutral and six negative posts. */
const labelOf = (id: string): SentimentLabel =>
  Number(id) <= 10 ? 'positive' : Number(id) <= 17 ? 'neutral' : 'negative';
const idsOf = (split: readonly { id: string }[]) => split.map(({ id }) => id);

describe('readSplit', () => {
  it('gives back a split that was written', async () => {
    const { dataset, write } = await openMini();
    const splits = splitPairs(dataset.pairs, { ratios: [0.6, 0.2, 0.2], seed: 1 });
    for (const name of ['train', 'validation', 'test'] as const) {
      await write(`mine.v1.${name}.txt`, splits[name].map(({ id }) => `${id}\n`).join(''));
    }
    expect(await readSplit(dataset, 'mine.v1')).toEqual({ ...splits, missing: [], labelMismatches: [] });
  });

  it('does without a test file, and names the posts that cannot be used', async () => {
    const { dataset, write } = await openMini();
    await write('fold.train.txt', '\uFEFF5\r\n2\r\n4\r\n');
    await write('fold.validation.txt', '3\n\n1');
    const { train, validation, test, missing } = await readSplit(dataset, 'fold');
    expect([train, validation, test].map(idsOf)).toEqual([['5', '4'], ['1'], []]);
    expect(missing).toEqual(['2', '3']);
  });

  it('reads files by path', async () => {
    const { dataset, write } = await openMini();
    const files = [await write('a', '1'), await write('b', '4'), await write('c', '5')] as const;
    expect((await readSplit(dataset, [files[0], files[1]])).test).toEqual([]);
    expect((await readSplit(dataset, files)).test.map(({ id }) => id)).toEqual(['5']);
  });

  it('refuses another number of files, and an unknown option', async () => {
    const { dataset, write } = await openMini();
    const [one, two] = [await write('a', '1'), await write('b', '4')];
    for (const [files, message] of [
      [[one], /2 or 3 files .* received 1: .*a\.$/],
      [[one, two, one, two], /2 or 3 files .* received 4: /],
      [[one, undefined], /2 or 3 files/],
      [[], /2 or 3 files/],
      [undefined, /received undefined/],
    ] as const) {
      await expect(readSplit(dataset, files as never)).rejects.toThrow(OptionError);
      await expect(readSplit(dataset, files as never)).rejects.toThrow(message);
    }
    await expect(readSplit(dataset, [one, two], { pairlist: 'x' } as never)).rejects.toThrow(
      /Did you mean pairList\?/,
    );
  });

  it('refuses unknown and repeated ids with file and line', async () => {
    const { dataset, write } = await openMini();
    const [one, two, odd, twice] = [
      await write('one', '1\n4'),
      await write('two', '5\n\n4'),
      await write('odd', '7\n99'),
      await write('twice', '8\n8'),
    ];
    await expect(readSplit(dataset, [one, odd])).rejects.toThrow(`${odd}:2: expected an id of the data set`);
    await expect(readSplit(dataset, [one, two])).rejects.toThrow(
      `${two}:3: id "4" stands in ${one}:2 already`,
    );
    await expect(readSplit(dataset, [twice, one])).rejects.toThrow(
      `${twice}:2: id "8" stands in ${twice}:1 already`,
    );
  });

  it('lists the names that there are', async () => {
    const { dataset, write } = await openMini();
    await write('b.train.txt', '1');
    await write('a.train.txt', '1');
    await expect(readSplit(dataset, '../c')).rejects.toThrow(
      /the name of a split, or 2 or 3 files .*, received "\.\.\/c"\. Available: a, b\./,
    );
    await expect(readSplit(dataset, 'a')).rejects.toThrow(/a\.validation\.txt: expected a file of ids/);
    await expect(readSplit(dataset, 'a')).rejects.toThrow(DataError);
    await rm(join(dataset.directory, 'splits'), { recursive: true });
    await expect(readSplit(dataset, 'a')).rejects.toThrow('Available: none.');
  });
});

describe.skipIf(!process.env.MVSA_DIR)(
  'readSplit on the real data (skipped unless MVSA_DIR names it)',
  () => {
    it('finds the posts of the published fold', async () => {
      const dataset = await openMvsa(process.env.MVSA_DIR as string);
      const { train, validation, test, missing } = await readSplit(dataset, 'clmlf-fold-1');
      console.log(
        'MVSA_DIR clmlf-fold-1:',
        train.length,
        validation.length,
        test.length,
        'missing',
        missing.length,
      );
      expect(train.length + validation.length + missing.length).toBe(4061);
      expect(test).toEqual([]);
    });
  },
);
