import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTrainingData, writeSplit } from '../../../src/data';
import { OptionError } from '../../../src/errors';
import { temporaryFolder } from '../mvsa/mini-mvsa';

const sizes = ({ split }: Awaited<ReturnType<typeof openTrainingData>>) =>
  [split.train, split.validation, split.test].map(({ length }) => length);
const shares = (counts: readonly number[]) => {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / all);
};

async function ownFile(rows = 200): Promise<string> {
  const file = join(await temporaryFolder(), 'posts.csv');
  const lines = Array.from(
    { length: rows },
    (_, at) => `p${at},words number ${at},${['joy', 'anger'][at % 2]}`,
  );
  await writeFile(file, `id,tweet,label\n${lines.join('\n')}\n`);
  return file;
}

describe('openTrainingData', () => {
  let folder = '';
  let sampleDirectory = '';
  let drawn: Awaited<ReturnType<typeof openTrainingData>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'training-data-'));
    sampleDirectory = join(folder, 'sample');
    drawn = await openTrainingData({ sample: 150, sampleDirectory, seed: 3 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('splits a sample 60/10/30, and says what it is', () => {
    for (const [at, share] of shares(sizes(drawn)).entries())
      expect(share).toBeCloseTo([0.6, 0.1, 0.3][at] as number, 1);
    expect(drawn.mvsa).toEqual({ variant: 'sample', labelRule: 'merged', encoding: 'utf-8' });
    expect(drawn.classNames).toEqual(['positive', 'neutral', 'negative']);
    expect(drawn.summary).toMatch(/^\d+ posts kept, \d+ dropped \(merged\), utf-8$/);
  });

  test('splits a folder as a split of that name says', async () => {
    const folder = join(await temporaryFolder(), 'mvsa');
    await cp(sampleDirectory, folder, { recursive: true });
    const { train, test: validation } = drawn.split;
    await writeSplit(folder, 'mine', { train, validation } as never);
    const named = await openTrainingData({ data: folder, split: 'mine' });
    const ids = (posts: readonly { readonly id: string }[]) => posts.map(({ id }) => id);
    expect(ids(named.split.train)).toEqual(ids(train));
    expect(ids(named.split.validation)).toEqual(ids(validation));
    expect(named.split.test).toEqual([]);
  });

  test('splits a file of posts 70/15/15 by its own classes and columns', async () => {
    const file = await ownFile();
    const data = await openTrainingData({ data: file, text: 'tweet', seed: 7 });
    expect(sizes(data)).toEqual([140, 30, 30]);
    expect(data.classNames).toEqual(['anger', 'joy']);
    expect([data.mvsa, data.dropped, data.name]).toEqual([undefined, 0, file]);
    const again = await openTrainingData({ data: file, text: 'tweet', seed: 7 });
    expect(again.split).toEqual(data.split);
    expect((await openTrainingData({ data: file, text: 'tweet', seed: 8 })).split).not.toEqual(data.split);
  });

  test('takes as many unusable rows as it is told', async () => {
    const file = await ownFile(98);
    await appendFile(file, 'broken\nbroken too\n');
    const options = { data: file, text: 'tweet' };
    await expect(openTrainingData(options)).rejects.toThrow(/at most 1\.0% .* 2 /);
    const { skipped } = await openTrainingData({ ...options, maxSkippedShare: 0.02 });
    expect(skipped).toHaveLength(2);
  });

  test.each([
    [{}, /received neither/],
    [{ data: 'x', sample: 100 }, /received both/],
    [{ data: 'absent', text: 'tweet' }, /beside text, received the MVSA folder absent/],
    [{ data: 'absent.csv', labelRule: 'text' as const }, /beside labelRule, received the file absent\.csv/],
    [{ sample: 99 }, /sample to be an integer of at least 100/],
  ])('refuses %o', async (options, message) => {
    const error = await openTrainingData(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toMatch(message);
  });
});
