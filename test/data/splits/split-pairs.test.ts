import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MvsaPair } from '../../../src/data/mvsa/mvsa-dataset';
import type { DuplicateGroups } from '../../../src/data/splits/duplicates/duplicate-groups';
import { findDuplicates } from '../../../src/data/splits/duplicates/find-duplicates';
import { groupBy } from '../../../src/data/splits/grouping';
import { kFoldPairs, type PairSplits, splitPairs } from '../../../src/data/splits/split-pairs';
import { duplicateKey } from '../../../src/data/text/normalize-text';
import { OptionError } from '../../../src/errors';
import { SENTIMENT_LABELS } from '../../../src/types';
import { makePair, temporaryFolder } from '../mvsa/mini-mvsa';

const all = ({ train, validation, test }: PairSplits) => [train, validation, test];
const ids = (splits: PairSplits) => all(splits).map((split) => split.map(({ id }) => id));
const many = Array.from({ length: 211 }, (_, index) =>
  makePair(index, SENTIMENT_LABELS[index % 7 < 4 ? 0 : index % 7 < 6 ? 2 : 1], `text ${index}`),
);

describe('splitPairs', () => {
  it('rounds each class up or down, and the whole by largest remainder, ties to the later split', () => {
    const splits = all(splitPairs(many, { ratios: [0.7, 0.15, 0.15], seed: 3 }));
    const counts = SENTIMENT_LABELS.map((name) =>
      splits.map((split) => split.filter(({ label }) => label === name).length),
    );
    // 121 positive: 84.7 + 18.15 + 18.15; 30 neutral: 21 + 4.5 + 4.5; 60 negative: 42 + 9 + 9; 211 in all: 147.7 + 31.65 + 31.65.
    expect(counts).toEqual([
      [85, 18, 18],
      [21, 4, 5],
      [42, 9, 9],
    ]);
  });

  it('without stratification, rounds the whole', () => {
    const splits = splitPairs(many, { ratios: [0.7, 0.15, 0.15], stratify: false });
    expect(all(splits).map(({ length }) => length)).toEqual([148, 31, 32]);
  });

  it.each([{ stratify: false, groupDuplicates: false }, { groupDuplicates: false }, {}])(
    'gives the sizes of the article for its 4,869 pairs, with %o',
    (options) => {
      const pairs = Array.from({ length: 4869 }, (_, index) =>
        // Class sizes that leave a remainder everywhere; every 40th post repeats a text.
        makePair(
          index,
          SENTIMENT_LABELS[index < 2683 ? 0 : index < 3153 ? 1 : 2],
          `text ${index % 40 ? index : 0}`,
        ),
      );
      const distinct = pairs.map((pair, index) => ({ ...pair, text: `text ${index}` }));
      const given = 'groupDuplicates' in options ? pairs : distinct;
      const splits = splitPairs(given, { ratios: [0.7, 0.15, 0.15], seed: 3, ...options });
      expect(all(splits).map(({ length }) => length)).toEqual([3408, 730, 731]);
    },
  );

  it('refuses a class that is absent from a split, names both, and goes on when told to', () => {
    const two = many.filter(({ label }, index) => label !== 'neutral' || index < 14);
    const split = (options: object) => splitPairs(two, { ratios: [0.7, 0.15, 0.15], ...options });
    expect(two.filter(({ label }) => label === 'neutral')).toHaveLength(2);
    expect(() => split({})).toThrow(OptionError);
    expect(() => split({})).toThrow(/^(validation|test): .*none of them neutral \(2 elsewhere\)\. Stratify/);
    expect(all(split({ allowMissingClasses: true })).flat()).toHaveLength(two.length);
    const none = many.filter(({ label }) => label !== 'neutral');
    expect(() => splitPairs(none, { ratios: [1, 0, 0] })).not.toThrow();
    expect(() => splitPairs(none, { ratios: [1, 0, 0], classNames: SENTIMENT_LABELS })).toThrow(
      /^train: .*as in the other parts. .*set allowMissingClasses/,
    );
    expect(() => splitPairs(many, { ratios: [1, 0, 0] })).not.toThrow();
  });

  it('keeps posts of one image file together, and takes groups that were found before', async () => {
    const folder = await temporaryFolder();
    const at = (pair: MvsaPair, name: string) => ({ ...pair, imagePath: join(folder, name) });
    await writeFile(join(folder, 'a'), 'same bytes');
    await writeFile(join(folder, 'b'), 'same bytes');
    await writeFile(join(folder, 'c'), 'other byte');
    const twins = [
      at(makePair('twin1', 'positive', 'one'), 'a'),
      at(makePair('twin2', 'positive', 'two'), 'b'),
      at(makePair('other', 'positive', 'three'), 'c'),
      at(makePair('lost1', 'positive', 'four'), 'none'),
      at(makePair('lost2', 'positive', 'five'), 'none'),
    ];
    const apart = (groupDuplicates: boolean | Pick<DuplicateGroups, 'groups'>, start: string) =>
      Array.from({ length: 30 }, (_, seed) =>
        ids(splitPairs([...many, ...twins], { ratios: [0.4, 0.3, 0.3], seed, groupDuplicates })),
      ).filter((homes) => homes.filter((home) => home.some((id) => id.startsWith(start))).length > 1);
    expect(apart(true, 'twin')).toEqual([]);
    expect(apart(false, 'twin')).not.toEqual([]);
    expect(apart(true, 'lost')).not.toEqual([]);
    const groups = { groups: [{ ids: ['lost1', 'not here', 'lost2'], relations: ['near-image' as const] }] };
    expect(apart(groups, 'lost')).toEqual([]);
    expect(apart(groups, 'twin')).not.toEqual([]);
  });

  it('refuses a repeated id and a seed that is no whole number', () => {
    const ratios = [0.5, 0.25, 0.25] as const;
    expect(() => splitPairs([...many, many[5] as MvsaPair], { ratios })).toThrow('received "5" twice');
    expect(() => splitPairs(many, { ratios, seed: 0.5 })).toThrow('seed: expected a whole number');
  });

  it('repeats for a seed, differs for another, and keeps the order of the pairs', () => {
    const split = (seed: number) => ids(splitPairs(many, { ratios: [0.5, 0.25, 0.25], seed }));
    expect(split(5)).toEqual(split(5));
    expect(split(5)).not.toEqual(split(6));
    for (const part of split(5)) expect(part).toEqual([...part].sort((a, b) => Number(a) - Number(b)));
  });

  it('keeps copies of a text together, whatever their case, space and URL', () => {
    expect(duplicateKey('Good  Morning http://t.co/1')).toBe(duplicateKey('good morning\nhttps://t.co/22'));
    const copies = ['Hi there http://a.b/1', 'hi THERE', ' hi  there https://c.d'].map((text, index) =>
      makePair(`copy${index}`, 'positive', text),
    );
    for (let seed = 0; seed < 20; seed++) {
      const homes = ids(splitPairs([...many, ...copies], { ratios: [0.4, 0.3, 0.3], seed }));
      expect(homes.filter((home) => home.some((id) => id.startsWith('copy')))).toHaveLength(1);
    }
  });

  it('does not favour one split for groups', () => {
    const twins = Array.from({ length: 400 }, (_, index) => makePair(index, 'neutral', `text ${index >> 1}`));
    const { train, validation, test } = splitPairs(twins, {
      ratios: [0.5, 0.25, 0.25],
      allowMissingClasses: true,
    });
    expect([train.length, validation.length, test.length]).toEqual([200, 100, 100]);
  });

  it('holds each pair once, no text twice across splits, for any pairs', () => {
    const pairs = fc.array(
      fc.record({
        label: fc.constantFrom(...SENTIMENT_LABELS),
        text: fc.constantFrom('', 'a', 'A ', 'b', 'c', 'd', 'e', 'http://x'),
      }),
      { maxLength: 60 },
    );
    const ratios = fc.constantFrom(
      [0.7, 0.15, 0.15],
      [0.8, 0.2, 0],
      [1, 0, 0],
      [0, 0, 1],
      [0.34, 0.33, 0.33],
    );
    fc.assert(
      fc.property(pairs, ratios, fc.boolean(), fc.integer(), (drawn, shares, stratify, seed) => {
        const made = drawn.map(({ label, text }, index) => makePair(index, label, text));
        const options = {
          ratios: shares as [number, number, number],
          stratify,
          seed,
          allowMissingClasses: true,
        };
        const splits = splitPairs(made, options);
        expect(ids(splitPairs(made, options))).toEqual(ids(splits));
        // Whole groups can miss a size by fewer posts than the largest holds.
        const groupSizes = [...groupBy(made, ({ text }) => duplicateKey(text) || undefined).values()];
        const slack = Math.max(1, ...groupSizes.map(({ length }) => length));
        for (const [part, split] of all(splits).entries()) {
          if (!stratify)
            expect(Math.abs(split.length - made.length * (shares[part] as number))).toBeLessThan(slack + 1);
        }
        expect(
          ids(splits)
            .flat()
            .map(Number)
            .sort((a, b) => a - b),
        ).toEqual(made.map((_, index) => index));
        const homeOf = new Map<string, number>();
        for (const [home, split] of all(splits).entries()) {
          if (shares[home] === 0) expect(split).toEqual([]);
          for (const { text } of split) {
            const key = duplicateKey(text);
            if (key !== '') expect(homeOf.get(key) ?? home).toBe(home);
            homeOf.set(key, home);
          }
        }
      }),
    );
  });

  it.each<[wrong: string, split: () => unknown, message: RegExp]>([
    [
      'a data set',
      () => splitPairs({ pairs: many } as never, { ratios: [1, 0, 0] }),
      /^splitPairs: .* received a data set\. Pass its pairs: dataset\.pairs\.$/,
    ],
    ['no options', () => splitPairs(many, undefined as never), /options \(.*ratios.*\), received undefined/],
    ['no ratios', () => splitPairs(many, {} as never), /^ratios: .* received undefined/],
    [
      'groups that were not awaited',
      () =>
        splitPairs(many, {
          ratios: [1, 0, 0],
          groupDuplicates: findDuplicates(many, { images: 'none' }) as never,
        }),
      /^groupDuplicates: .* received a Promise\. Await it first\.$/,
    ],
    [
      'null for groups',
      () => splitPairs(many, { ratios: [1, 0, 0], groupDuplicates: null as never }),
      /null/,
    ],
    [
      'an unknown option',
      () => splitPairs(many, { ratios: [1, 0, 0], stratified: false } as never),
      /received "stratified"\. Did you mean stratify\?/,
    ],
  ])('refuses %s', (_wrong, split, message) => {
    expect(split).toThrow(OptionError);
    expect(split).toThrow(message);
  });

  it('refuses ratios that are no shares of a whole', () => {
    for (const ratios of [
      [0.7, 0.2, 0.2],
      [1.2, -0.1, -0.1],
      [0.5, 0.5],
      [Number.NaN, 0.5, 0.5],
    ]) {
      expect(() => splitPairs(many, { ratios: ratios as unknown as [number, number, number] })).toThrow(
        OptionError,
      );
    }
  });
});

describe('kFoldPairs', () => {
  it('puts each pair in one validation part, and keeps sizes and classes within one', () => {
    const folds = kFoldPairs(many, { folds: 5, seed: 2 });
    expect(folds.map(({ validation }) => validation.length)).toEqual([42, 42, 42, 42, 43]);
    for (const label of SENTIMENT_LABELS) {
      const counts = folds.map(({ validation }) => validation.filter((pair) => pair.label === label).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
    for (const { train, validation } of folds) {
      expect([...train, ...validation].sort((a, b) => Number(a.id) - Number(b.id))).toEqual(many);
    }
    expect(folds.flatMap(({ validation }) => validation)).toHaveLength(211);
    expect(kFoldPairs(many, { folds: 5, seed: 2 })).toEqual(folds);
    expect(kFoldPairs(many, { folds: 5, seed: 3 })).not.toEqual(folds);
  });

  it('covers each pair once and parts no group, for any pairs', () => {
    const pairs = fc.array(
      fc.record({
        label: fc.constantFrom(...SENTIMENT_LABELS),
        text: fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'f', 'g'),
      }),
      { minLength: 4, maxLength: 60 },
    );
    fc.assert(
      fc.property(
        pairs,
        fc.integer({ min: 2, max: 4 }),
        fc.boolean(),
        fc.integer(),
        (drawn, folds, stratify, seed) => {
          const made = drawn.map(({ label, text }, index) => makePair(index, label, text));
          const options = { folds, stratify, seed, allowMissingClasses: true };
          const parts = kFoldPairs(made, options);
          const validated = parts.flatMap(({ validation }) => validation.map(({ id }) => id));
          expect(validated.sort((a, b) => Number(a) - Number(b))).toEqual(made.map(({ id }) => id));
          for (const { train, validation } of parts) {
            expect(train.length + validation.length).toBe(made.length);
            const texts = new Set(train.map(({ text }) => text).filter(Boolean));
            expect(validation.filter(({ text }) => texts.has(text))).toEqual([]);
          }
        },
      ),
    );
  });

  it('refuses a bad number of folds, and a class that is absent from a fold', () => {
    for (const folds of [1, 2.5, 212, Number.NaN]) {
      expect(() => kFoldPairs(many, { folds })).toThrow(OptionError);
    }
    const few = many.filter(({ label }, index) => label !== 'neutral' || index < 21);
    expect(() => kFoldPairs(few, { folds: 4 })).toThrow(
      /^fold \d of 4, validation: .*none of them neutral \(3 elsewhere\)/,
    );
    expect(kFoldPairs(few, { folds: 4, allowMissingClasses: true })).toHaveLength(4);
  });
});
