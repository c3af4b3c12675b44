import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PairSplits, splitPairs } from '../../src/data';
import { normalizeText } from '../../src/data/normalize-text';
import { OptionError } from '../../src/errors';
import { SENTIMENT_LABELS } from '../../src/types';
import { makePair } from './mini-mvsa';

const all = ({ train, validation, test }: PairSplits) => [train, validation, test];
const ids = (splits: PairSplits) => all(splits).map((split) => split.map(({ id }) => id));
const many = Array.from({ length: 211 }, (_, index) =>
  makePair(index, SENTIMENT_LABELS[index % 7 < 4 ? 0 : index % 7 < 6 ? 2 : 1], `text ${index}`),
);

describe('splitPairs', () => {
  it('rounds each class by largest remainder', () => {
    const splits = all(splitPairs(many, { ratios: [0.7, 0.15, 0.15], seed: 3 }));
    const counts = SENTIMENT_LABELS.map((name) =>
      splits.map((split) => split.filter(({ label }) => label === name).length),
    );
    // 121 positive: 84.7 + 18.15 + 18.15; 30 neutral: 21 + 4.5 + 4.5; 60 negative: 42 + 9 + 9.
    expect(counts).toEqual([
      [85, 18, 18],
      [21, 5, 4],
      [42, 9, 9],
    ]);
  });

  it('without stratification, rounds the whole', () => {
    const splits = splitPairs(many, { ratios: [0.7, 0.15, 0.15], stratify: false });
    expect(all(splits).map(({ length }) => length)).toEqual([148, 32, 31]);
  });

  it('repeats for a seed, differs for another, and keeps the order of the pairs', () => {
    const split = (seed: number) => ids(splitPairs(many, { ratios: [0.5, 0.25, 0.25], seed }));
    expect(split(5)).toEqual(split(5));
    expect(split(5)).not.toEqual(split(6));
    for (const part of split(5)) expect(part).toEqual([...part].sort((a, b) => Number(a) - Number(b)));
  });

  it('keeps copies of a text together, whatever their case, space and URL', () => {
    expect(normalizeText('Good  Morning http://t.co/1')).toBe(normalizeText('good morning\nhttps://t.co/22'));
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
    const { train, validation, test } = splitPairs(twins, { ratios: [0.5, 0.25, 0.25] });
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
        const splits = splitPairs(made, { ratios: shares as [number, number, number], stratify, seed });
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
            const key = normalizeText(text);
            if (key !== '') expect(homeOf.get(key) ?? home).toBe(home);
            homeOf.set(key, home);
          }
        }
      }),
    );
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
