import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accuracyScore,
  balancedAccuracyScore,
  bootstrapConfidenceInterval,
  classificationReport,
  confusionMatrix,
  f1Score,
  logLoss,
  precisionRecallFscoreSupport,
  precisionScore,
  recallScore,
} from '../../src/metrics';

interface Sample {
  readonly truth: number;
  readonly guess: number;
}

const NUM_CLASSES = 5;
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const classIndex = fc.nat(NUM_CLASSES - 1);
const samples = fc.array(fc.record({ truth: classIndex, guess: classIndex }), {
  minLength: 1,
  maxLength: 60,
});
const truths = (drawn: readonly Sample[]) => drawn.map(({ truth }) => truth);
const guesses = (drawn: readonly Sample[]) => drawn.map(({ guess }) => guess);
const options = { numClasses: NUM_CLASSES };
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const trace = (matrix: readonly number[][]) => sum(matrix.map((row, index) => row[index] as number));
const check = (property: (drawn: Sample[]) => void) => fc.assert(fc.property(samples, property));

describe('confusion matrix', () => {
  test('counts every sample once', () => {
    check((drawn) => {
      const matrix = confusionMatrix(truths(drawn), guesses(drawn), options);
      expect(sum(matrix.flat())).toBe(drawn.length);
    });
  });

  test('has the true classes on its rows', () => {
    check((drawn) => {
      const matrix = confusionMatrix(truths(drawn), guesses(drawn), options);
      const { support } = precisionRecallFscoreSupport(truths(drawn), guesses(drawn), options);
      expect(matrix.map(sum)).toEqual(support);
    });
  });

  test('is transposed when true and predicted are swapped', () => {
    check((drawn) => {
      const matrix = confusionMatrix(truths(drawn), guesses(drawn), options);
      const swapped = confusionMatrix(guesses(drawn), truths(drawn), options);
      expect(swapped).toEqual(matrix.map((_, column) => matrix.map((row) => row[column])));
    });
  });

  test('follows the order of labels', () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: NUM_CLASSES });
    fc.assert(
      fc.property(samples, order, (drawn, labels) => {
        const matrix = confusionMatrix(truths(drawn), guesses(drawn), options);
        const reordered = confusionMatrix(truths(drawn), guesses(drawn), { labels });
        expect(reordered).toEqual(labels.map((row) => labels.map((column) => matrix[row]?.[column])));
      }),
    );
  });
});

describe('scores', () => {
  test('accuracy is the trace over the number of samples', () => {
    check((drawn) => {
      const matrix = confusionMatrix(truths(drawn), guesses(drawn), options);
      expect(accuracyScore(truths(drawn), guesses(drawn))).toBe(trace(matrix) / drawn.length);
    });
  });

  test('micro averages and weighted recall are the accuracy when no class is left out', () => {
    check((drawn) => {
      const accuracy = accuracyScore(truths(drawn), guesses(drawn));
      const micro = { ...options, average: 'micro' } as const;
      const weighted = { ...options, average: 'weighted' } as const;
      expect(precisionScore(truths(drawn), guesses(drawn), micro)).toBeCloseTo(accuracy, 12);
      expect(recallScore(truths(drawn), guesses(drawn), micro)).toBeCloseTo(accuracy, 12);
      expect(f1Score(truths(drawn), guesses(drawn), micro)).toBeCloseTo(accuracy, 12);
      expect(recallScore(truths(drawn), guesses(drawn), weighted)).toBeCloseTo(accuracy, 12);
    });
  });

  test('swapping true and predicted swaps precision and recall and keeps F1', () => {
    check((drawn) => {
      const forth = precisionRecallFscoreSupport(truths(drawn), guesses(drawn), options);
      const back = precisionRecallFscoreSupport(guesses(drawn), truths(drawn), options);
      expect(back.precision).toEqual(forth.recall);
      expect(back.recall).toEqual(forth.precision);
      expect(back.f1).toEqual(forth.f1);
    });
  });

  test('balanced accuracy is the macro recall over the true classes', () => {
    check((drawn) => {
      const labels = [...new Set(truths(drawn))];
      const recall = recallScore(truths(drawn), guesses(drawn), { labels, average: 'macro' });
      expect(balancedAccuracyScore(truths(drawn), guesses(drawn))).toBeCloseTo(recall, 12);
    });
  });

  test('zeroDivision only stands for 0/0, and NaN leaves averages without the class', () => {
    check((drawn) => {
      const scores = (zeroDivision: number) =>
        precisionRecallFscoreSupport(truths(drawn), guesses(drawn), { ...options, zeroDivision });
      const undefinedF1 = scores(Number.NaN).f1.map(Number.isNaN);
      const [zeros, ones] = [scores(0).f1, scores(1).f1];
      for (const [index, isUndefined] of undefinedF1.entries()) {
        expect((ones[index] as number) - (zeros[index] as number)).toBe(isUndefined ? 1 : 0);
      }
      const defined = zeros.filter((_, index) => !undefinedF1[index]);
      const average = f1Score(truths(drawn), guesses(drawn), {
        ...options,
        average: 'macro',
        zeroDivision: Number.NaN,
      });
      expect(average).toBeCloseTo(sum(defined) / defined.length, 12);
    });
  });

  test('the order of the samples does not matter', () => {
    const shuffled = samples.chain((drawn) =>
      fc.tuple(fc.constant(drawn), fc.shuffledSubarray(drawn, { minLength: drawn.length })),
    );
    fc.assert(
      fc.property(shuffled, ([drawn, mixed]) => {
        expect(classificationReport(truths(mixed), guesses(mixed), options)).toBe(
          classificationReport(truths(drawn), guesses(drawn), options),
        );
      }),
    );
  });

  test('names, integers and typed arrays say the same', () => {
    check((drawn) => {
      const named = (indices: number[]) => indices.map((index) => NAMES[index] as string);
      const expected = classificationReport(truths(drawn), guesses(drawn), {
        ...options,
        targetNames: NAMES,
      });
      const typed = [Int32Array.from(truths(drawn)), Uint8Array.from(guesses(drawn))] as const;
      expect(classificationReport(...typed, { ...options, targetNames: NAMES })).toBe(expected);
      const strings = [named(truths(drawn)), named(guesses(drawn))] as const;
      expect(classificationReport(...strings, { labels: NAMES })).toBe(expected);
    });
  });
});

describe('log loss', () => {
  test('of uniform probabilities is the logarithm of the number of classes', () => {
    fc.assert(
      fc.property(fc.array(classIndex, { minLength: 1 }), (labels) => {
        const row = new Float32Array(NUM_CLASSES).fill(1 / NUM_CLASSES);
        const loss = logLoss(
          labels,
          labels.map(() => row),
        );
        expect(loss).toBeCloseTo(Math.log(NUM_CLASSES), 6);
      }),
    );
  });

  test('follows the columns when labels are renamed', () => {
    const row = fc
      .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
      .map((values) => values.map((value) => value / sum(values)));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), row), { minLength: 1 }), (drawn) => {
        const indices = drawn.map(([index]) => index);
        const names = indices.map((index) => NAMES[2 - index] as string);
        const rows = drawn.map(([, values]) => values);
        expect(logLoss(names, rows, { labels: ['c', 'b', 'a'] })).toBe(logLoss(indices, rows));
      }),
    );
  });
});

describe('bootstrap interval', () => {
  const interval = (drawn: readonly Sample[], confidence: number, seed = 3) =>
    bootstrapConfidenceInterval(truths(drawn), guesses(drawn), accuracyScore, {
      resamples: 40,
      confidence,
      seed,
    });

  test('is ordered, within [0, 1], wider with more confidence, and repeats', () => {
    check((drawn) => {
      const [low, high] = interval(drawn, 0.95);
      const [innerLow, innerHigh] = interval(drawn, 0.5);
      const bounds = [0, low, innerLow, innerHigh, high, 1];
      expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
      expect(interval(drawn, 0.95)).toEqual([low, high]);
    });
  });

  test('has no width when every sample is right', () => {
    check((drawn) => {
      expect(
        bootstrapConfidenceInterval(truths(drawn), truths(drawn), accuracyScore, { resamples: 9 }),
      ).toEqual([1, 1]);
    });
  });

  test('depends on the seed', () => {
    const drawn = Array.from({ length: 53 }, (_, index) => ({ truth: 0, guess: index % 3 }));
    const ends = [1, 2, 3, 4].map((seed) => interval(drawn, 0.9, seed).join());
    expect(new Set(ends).size).toBeGreaterThan(1);
  });
});
