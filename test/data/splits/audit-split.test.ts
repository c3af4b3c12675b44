import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMvsa } from '../../../src/data/mvsa/open-mvsa';
import { auditSplit } from '../../../src/data/splits/audit-split';
import { findDuplicates } from '../../../src/data/splits/duplicates/find-duplicates';
import { readSplit } from '../../../src/data/splits/files/read-split';
import { splitPairs } from '../../../src/data/splits/split-pairs';
import { OptionError } from '../../../src/errors';
import type { SentimentLabel } from '../../../src/types';
import { makePair, temporaryFolder } from '../mvsa/mini-mvsa';

type Post = readonly [label: SentimentLabel, text: string, image: string];
const POSTS: Record<string, Post> = {
  t1: ['positive', 'Good day http://t.co/1', '0f0f0f0f0f0f0f0f'],
  t2: ['positive', 'nothing', '1234123412341234'],
  t3: ['neutral', 'plain', '5678567856785678'],
  t4: ['negative', 'sad', '9abc9abc9abc9abc'],
  v1: ['positive', 'good day', 'deadbeefdeadbeef'],
  v2: ['negative', 'other', '1234123412341234'],
  v3: ['negative', 'third', '0123456789abcdef'],
  e1: ['neutral', 'plain', '00ff00ff00ff00ff'],
  e2: ['negative', 'fourth', '9abc9abc9abc9abd'],
  e3: ['negative', 'other', '33333333cccccccc'],
  e4: ['negative', 'fifth', 'broken'],
};

async function makeSplit() {
  const folder = await temporaryFolder();
  const pairs = await Promise.all(
    Object.entries(POSTS).map(async ([id, [label, text, image]]) => {
      const imagePath = join(folder, id);
      if (image !== 'broken') await writeFile(imagePath, image);
      return { ...makePair(id, label, text), imagePath };
    }),
  );
  const part = (letter: string) => pairs.filter(({ id }) => id.startsWith(letter));
  return { pairs, split: { train: part('t'), validation: part('v'), test: part('e') } };
}
const hashImage = async (path: string) => (await import('node:fs/promises')).readFile(path, 'utf8');

describe('auditSplit', () => {
  it('counts leaks, twins with other labels and classes', async () => {
    const { pairs, split } = await makeSplit();
    const unused = makePair('unused', 'positive', 'nowhere');
    const audit = await auditSplit({ pairs: [...pairs.slice(1), unused] }, split, { hashImage });
    expect(audit.leaks).toEqual([
      {
        part: 'validation',
        twinsIn: 'train',
        text: 1,
        exactText: 0,
        image: 1,
        nearImage: 1,
        any: 2,
        share: 2 / 3,
        ids: ['v1', 'v2'],
      },
      {
        part: 'test',
        twinsIn: 'train',
        text: 1,
        exactText: 1,
        image: 0,
        nearImage: 1,
        any: 2,
        share: 0.5,
        ids: ['e1', 'e2'],
      },
      {
        part: 'test',
        twinsIn: 'validation',
        text: 1,
        exactText: 1,
        image: 0,
        nearImage: 0,
        any: 1,
        share: 0.25,
        ids: ['e3'],
      },
    ]);
    expect(audit.conflictingTwins).toEqual([
      { relation: 'image', ids: ['t2', 'v2'], labels: ['positive', 'negative'] },
    ]);
    expect(audit.parts.train).toEqual({
      posts: 4,
      classes: { positive: 2, neutral: 1, negative: 1 },
      shares: { positive: 0.5, neutral: 0.25, negative: 0.25 },
      absentClasses: [],
    });
    expect(audit.parts.validation.absentClasses).toEqual(['neutral']);
    expect(audit.parts.test.absentClasses).toEqual(['positive']);
    // 1 of 4 negative in train, 6 of 11 in all.
    expect(audit.largestDeviation).toEqual({ part: 'train', label: 'negative', difference: 0.25 - 6 / 11 });
    expect(audit).toMatchObject({ unused: 1, unknownIds: ['t1'], repeatedIds: [] });
    expect(audit.uncompared).toEqual([{ id: 'e4', reason: 'no image file' }]);
    expect(JSON.parse(JSON.stringify(audit))).toEqual(audit);
  });

  it('takes duplicates that were found before, and a split without a test part', async () => {
    const { pairs, split } = await makeSplit();
    const duplicates = await findDuplicates(pairs, { images: 'none' });
    const { train, validation } = split;
    const audit = await auditSplit({ pairs }, { train, validation }, { duplicates });
    expect(audit.leaks).toMatchObject([{ part: 'validation', twinsIn: 'train', text: 1, image: 0, any: 1 }]);
    // Images were not compared: unknown is not none.
    expect([duplicates.nearImage, audit.leaks[0]?.nearImage]).toEqual([null, null]);
    expect(audit.parts.test).toMatchObject({ posts: 0, absentClasses: [] });
    expect(audit.unused).toBe(4);
    const empty = await auditSplit({ pairs }, { train: [], validation: [] });
    expect(empty).toMatchObject({ largestDeviation: null, leaks: [], conflictingTwins: [], unused: 11 });
  });

  it('refuses what is no data set, no split or no option', async () => {
    const { pairs, split } = await makeSplit();
    for (const [audit, message] of [
      [() => auditSplit(pairs as never, split), /^dataset: .* received an array/],
      [() => auditSplit({ pairs: null } as never, split), /^dataset\.pairs: .* received null/],
      [
        () => auditSplit({ pairs }, { train: split.train, val: split.validation } as never),
        /^split: .*validation.*, received an object of train, val\.$/,
      ],
      [() => auditSplit({ pairs }, undefined as never), /^split: .* received undefined/],
      [() => auditSplit({ pairs }, split, { image: 'none' } as never), /"image"\. Did you mean images\?/],
    ] as const) {
      await expect(audit()).rejects.toThrow(OptionError);
      await expect(audit()).rejects.toThrow(message);
    }
  });

  it('counts a post that stands in two parts as leaked', async () => {
    const { pairs, split } = await makeSplit();
    const validation = [...split.validation, ...split.train.slice(2, 3)];
    const audit = await auditSplit({ pairs }, { train: split.train, validation }, { images: 'none' });
    expect(audit.repeatedIds).toEqual(['t3']);
    expect(audit.leaks[0]).toMatchObject({ any: 2, share: 0.5, ids: ['v1', 't3'] });
  });

  it('finds nothing in a split that keeps duplicates together', async () => {
    const { pairs } = await makeSplit();
    const duplicates = await findDuplicates(pairs, { hashImage });
    for (let seed = 0; seed < 10; seed++) {
      const options = { seed, groupDuplicates: duplicates, allowMissingClasses: true };
      const split = splitPairs(pairs, { ratios: [0.5, 0.25, 0.25], ...options });
      const { leaks } = await auditSplit({ pairs }, split, { duplicates });
      expect(leaks.map(({ any }) => any)).toEqual(leaks.map(() => 0));
    }
  });
});

describe.skipIf(!process.env.MVSA_DIR)(
  'auditSplit on the real data (skipped unless MVSA_DIR names it)',
  () => {
    it('finds the leaks of the published fold, and none in an own split', async () => {
      const dataset = await openMvsa(process.env.MVSA_DIR as string);
      const duplicates = await findDuplicates(dataset.pairs);
      const fold = await auditSplit(dataset, await readSplit(dataset, 'clmlf-fold-1'), { duplicates });
      expect(fold.leaks).toMatchObject([{ text: 39, exactText: 32, image: 3, nearImage: 27, any: 44 }]);
      const split = splitPairs(dataset.pairs, { ratios: [0.7, 0.15, 0.15], groupDuplicates: duplicates });
      expect((await auditSplit(dataset, split, { duplicates })).leaks.map(({ any }) => any)).toEqual([
        0, 0, 0,
      ]);
    }, 120_000);
  },
);
