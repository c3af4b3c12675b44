import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accuracyScore,
  bootstrapConfidenceInterval,
  cohenKappaScore,
  confusionMatrix,
  confusionMatrixAccumulator,
  matthewsCorrcoef,
  mcnemarTest,
  pairedBootstrap,
} from '../../src/metrics';

interface Sample {
  readonly truth: number;
  readonly guess: number;
  readonly other: number;
}

const NUM_CLASSES = 5;
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const label = fc.nat(NUM_CLASSES - 1);
const samples = fc.array(fc.record({ truth: label, guess: label, other: label }), {
  minLength: 1,
  maxLength: 60,
});
const truths = (drawn: readonly Sample[]) => drawn.map(({ truth }) => truth);
const guesses = (drawn: readonly Sample[]) => drawn.map(({ guess }) => guess);
const others = (drawn: readonly Sample[]) => drawn.map(({ other }) => other);
const options = { numClasses: NUM_CLASSES };
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const check = (property: (drawn: Sample[]) => void) => fc.assert(fc.property(samples, property));

describe('normalized confusion matrix', () => {
  const normalized = (drawn: readonly Sample[], normalize: 'true' | 'pred' | 'all') =>
    confusionMatrix(truths(drawn), guesses(drawn), { ...options, normalize });

  test('its rows, columns or whole sum to 1, or to 0 without samples', () => {
    check((drawn) => {
      const counts = confusionMatrix(truths(drawn), guesses(drawn), options);
      const column = (matrix: readonly number[][], index: number) =>
        sum(matrix.map((row) => row[index] as number));
      const [byTrue, byPredicted] = [normalized(drawn, 'true'), normalized(drawn, 'pred')];
      for (const index of counts.keys()) {
        expect(sum(byTrue[index] as number[])).toBeCloseTo(sum(counts[index] as number[]) > 0 ? 1 : 0, 12);
        expect(column(byPredicted, index)).toBeCloseTo(column(counts, index) > 0 ? 1 : 0, 12);
      }
      expect(sum(normalized(drawn, 'all').flat())).toBeCloseTo(1, 12);
    });
  });
});

describe('kappa and Matthews', () => {
  test('lie in [-1, 1] and do not change when the arrays are swapped or the samples mixed', () => {
    const mixed = samples.chain((drawn) =>
      fc.tuple(fc.constant(drawn), fc.shuffledSubarray(drawn, { minLength: drawn.length })),
    );
    fc.assert(
      fc.property(mixed, fc.constantFrom(null, 'linear', 'quadratic'), ([drawn, other], weights) => {
        for (const score of [
          (t: number[], p: number[]) =>
            cohenKappaScore(t, p, { ...options, weights, replaceUndefinedBy: 0.25 }),
          matthewsCorrcoef,
        ]) {
          const value = score(truths(drawn), guesses(drawn));
          expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12);
          expect(score(guesses(drawn), truths(drawn))).toBeCloseTo(value, 12);
          expect(score(truths(other), guesses(other))).toBeCloseTo(value, 12);
        }
      }),
    );
  });

  test('of labels with themselves are 1, or undefined for one class', () => {
    check((drawn) => {
      const labels = truths(drawn);
      const isOneClass = new Set(labels).size === 1;
      for (const weights of [null, 'linear', 'quadratic'] as const) {
        expect(cohenKappaScore(labels, labels, { ...options, weights })).toBe(isOneClass ? Number.NaN : 1);
      }
      expect(cohenKappaScore(labels, labels, { ...options, replaceUndefinedBy: 1 })).toBe(1);
      expect(matthewsCorrcoef(labels, labels)).toBeCloseTo(isOneClass ? 0 : 1, 12);
    });
  });

  test('are the same for two classes whatever the weights, and follow renamed classes', () => {
    check((drawn) => {
      const two = (labels: number[]) => labels.map((value) => value % 2);
      const kappa = (weights: 'linear' | 'quadratic' | null) =>
        cohenKappaScore(two(truths(drawn)), two(guesses(drawn)), { numClasses: 2, weights });
      if (Number.isNaN(kappa(null))) expect(kappa('linear')).toBeNaN();
      else expect(kappa('linear')).toBeCloseTo(kappa(null), 12);
      expect(kappa('quadratic')).toBe(kappa('linear'));
      const named = (labels: number[]) => labels.map((value) => NAMES[NUM_CLASSES - 1 - value] as string);
      expect(matthewsCorrcoef(named(truths(drawn)), named(guesses(drawn)))).toBeCloseTo(
        matthewsCorrcoef(truths(drawn), guesses(drawn)),
        12,
      );
    });
  });
});

describe('accumulator', () => {
  const parts = fc.tuple(samples, fc.array(fc.nat(60), { maxLength: 4 }));

  test('parts updated in any way and merged in any order are the whole', () => {
    fc.assert(
      fc.property(parts, fc.boolean(), ([drawn, cuts], byName) => {
        const classes = byName ? { labels: NAMES } : options;
        const spell = (labels: number[]): string[] | number[] =>
          byName ? labels.map((value) => NAMES[value] as string) : labels;
        const ends = [...cuts.map((cut) => cut % (drawn.length + 1)), 0, drawn.length].sort((a, b) => a - b);
        const whole = confusionMatrixAccumulator(classes);
        const pieces = ends.slice(1).map((end, index) => {
          const piece = drawn.slice(ends[index], end);
          const counted = confusionMatrixAccumulator(classes);
          counted.update(spell(truths(piece)), spell(guesses(piece)));
          return counted;
        });
        for (const [index, piece] of pieces.reverse().entries()) {
          if (index % 2) whole.merge(piece);
          else whole.merge(piece.matrix());
        }
        const expected = confusionMatrix(spell(truths(drawn)), spell(guesses(drawn)), classes);
        expect(whole.matrix()).toEqual(expected);
        expect(whole.samples).toBe(drawn.length);
        expect(whole.scores().accuracy).toBe(accuracyScore(truths(drawn), guesses(drawn)));
      }),
    );
  });

  test('a wrong label leaves the counts as they were', () => {
    check((drawn) => {
      const counted = confusionMatrixAccumulator(options);
      counted.update(truths(drawn), guesses(drawn));
      const before = counted.matrix();
      expect(() => counted.update([...truths(drawn), 0], [...guesses(drawn), NUM_CLASSES])).toThrow();
      expect(counted.matrix()).toEqual(before);
      expect(counted.samples).toBe(drawn.length);
    });
  });

  test('what it gives out is a copy', () => {
    const counted = confusionMatrixAccumulator({ numClasses: 2 });
    counted.update(0, 1);
    (counted.matrix()[0] as number[])[0] = 9;
    expect(counted.matrix()).toEqual([
      [0, 1],
      [0, 0],
    ]);
    counted.merge(counted);
    expect(counted.matrix()[0]).toEqual([0, 2]);
    expect(counted.samples).toBe(2);
  });
});

describe('McNemar', () => {
  test('swapping the models swaps the counts and keeps the p-value in (0, 1]', () => {
    check((drawn) => {
      const forth = mcnemarTest(truths(drawn), guesses(drawn), others(drawn));
      const back = mcnemarTest(truths(drawn), others(drawn), guesses(drawn));
      expect(forth.pValue).toBeGreaterThan(0);
      expect(forth.pValue).toBeLessThanOrEqual(1);
      expect(back.pValue).toBe(forth.pValue);
      expect(back.counts.onlyFirstCorrect).toBe(forth.counts.onlySecondCorrect);
      expect(sum(Object.values(forth.counts))).toBe(drawn.length);
      expect(mcnemarTest(truths(drawn), guesses(drawn), guesses(drawn)).pValue).toBe(1);
    });
  });

  test('a larger lead on as many tosses is less likely', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4000 }), fc.nat(), (tosses, at) => {
        const fewer = at % Math.floor(tosses / 2);
        const pValue = (heads: number) => {
          const first = Array.from({ length: tosses }, (_, toss) => (toss < heads ? 0 : 1));
          const second = first.map((value) => 1 - value);
          return mcnemarTest(new Uint8Array(tosses), first, second).pValue;
        };
        expect(pValue(fewer)).toBeLessThanOrEqual(pValue(fewer + 1));
        expect(pValue(tosses - fewer)).toBe(pValue(fewer));
      }),
    );
  });
});

describe('paired bootstrap', () => {
  const paired = (drawn: readonly Sample[], first: number[], second: number[]) =>
    pairedBootstrap(truths(drawn), first, second, accuracyScore, { resamples: 40, seed: 3 });

  test('of a model and itself is 0 without width', () => {
    check((drawn) => {
      expect(paired(drawn, guesses(drawn), guesses(drawn))).toEqual({ difference: 0, interval: [0, 0] });
    });
  });

  test('swapping the models turns the sign', () => {
    check((drawn) => {
      const forth = paired(drawn, guesses(drawn), others(drawn));
      const back = paired(drawn, others(drawn), guesses(drawn));
      expect(back.difference).toBeCloseTo(-forth.difference, 12);
      expect(back.interval[0]).toBeCloseTo(-forth.interval[1], 12);
      expect(back.interval[1]).toBeCloseTo(-forth.interval[0], 12);
    });
  });

  test('against a model that is always wrong draws as the interval of one model does', () => {
    check((drawn) => {
      const wrong = truths(drawn).map((truth) => (truth + 1) % NUM_CLASSES);
      const single = bootstrapConfidenceInterval(truths(drawn), guesses(drawn), accuracyScore, {
        resamples: 40,
        seed: 3,
      });
      expect(paired(drawn, guesses(drawn), wrong).interval).toEqual(single);
    });
  });
});
