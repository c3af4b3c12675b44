import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kFoldPairs } from '../../../src/data/splits/split-pairs';
import { OptionError } from '../../../src/errors';
import { SENTIMENT_LABELS } from '../../../src/types';
import { makePair } from '../mvsa/mini-mvsa';

const many = Array.from({ length: 211 }, (_, index) =>
  makePair(index, SENTIMENT_LABELS[index % 7 < 4 ? 0 : index % 7 < 6 ? 2 : 1], `text ${index}`),
);

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
