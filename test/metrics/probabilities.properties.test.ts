import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accuracyScore,
  brierScoreLoss,
  expectedCalibrationError,
  reliabilityCurve,
  rocAucScore,
} from '../../src/metrics';

const NUM_CLASSES = 3;
const row = fc
  .array(fc.integer({ min: 0, max: 20 }), { minLength: NUM_CLASSES, maxLength: NUM_CLASSES })
  .filter((parts) => parts.some((part) => part > 0))
  .map((parts) => parts.map((part) => part / parts.reduce((a, b) => a + b)));
const samples = fc.array(fc.record({ truth: fc.nat(NUM_CLASSES - 1), row }), { minLength: 1, maxLength: 40 });
type Sample = { readonly truth: number; readonly row: number[] };
const truths = (drawn: readonly Sample[]) => drawn.map(({ truth }) => truth);
const rows = (drawn: readonly Sample[]) => drawn.map((sample) => sample.row);
const mixed = samples.chain((drawn) =>
  fc.tuple(fc.constant(drawn), fc.shuffledSubarray(drawn, { minLength: drawn.length })),
);
const check = (property: (drawn: Sample[]) => void) => fc.assert(fc.property(samples, property));

/** Distinct or tied integer scores of two classes, each with samples. */
const binary = fc
  .array(fc.record({ truth: fc.nat(1), score: fc.integer({ min: -30, max: 30 }) }), {
    minLength: 2,
    maxLength: 50,
  })
  .filter((drawn) => new Set(drawn.map(({ truth }) => truth)).size === 2);
type Binary = { readonly truth: number; readonly score: number };
const areaOf = (drawn: readonly Binary[], transform: (score: number) => number = (score) => score) =>
  rocAucScore(
    drawn.map(({ truth }) => truth),
    drawn.map(({ score }) => transform(score)),
  );

describe('area under the ROC curve', () => {
  test('is the share of pairs in the right order, ties half', () => {
    fc.assert(
      fc.property(binary, (drawn) => {
        const scoresOf = (label: number) =>
          drawn.filter(({ truth }) => truth === label).map(({ score }) => score);
        const pairs = scoresOf(1).flatMap((high) =>
          scoresOf(0).map((low) => (high > low ? 1 : high === low ? 0.5 : 0)),
        );
        expect(areaOf(drawn)).toBeCloseTo(pairs.reduce<number>((a, b) => a + b, 0) / pairs.length, 12);
      }),
    );
  });

  test('does not change under rising transforms, and turns over under falling ones', () => {
    fc.assert(
      fc.property(binary, (drawn) => {
        const area = areaOf(drawn);
        expect(areaOf(drawn, (score) => 1 / (1 + Math.exp(-score / 10)))).toBe(area);
        expect(areaOf(drawn, (score) => score ** 3 - 7)).toBe(area);
        expect(areaOf(drawn, (score) => -score)).toBeCloseTo(1 - area, 12);
        expect(areaOf(drawn, () => 1)).toBe(0.5);
      }),
    );
  });

  test('of rows is that of each column against the rest, and of two columns the same for both', () => {
    check((drawn) => {
      const areas = rocAucScore(truths(drawn), rows(drawn), { average: null });
      for (const [column, area] of areas.entries()) {
        const targets = truths(drawn).map((truth) => (truth === column ? 1 : 0));
        if (new Set(targets).size === 1) {
          expect(area).toBeNaN();
          continue;
        }
        const scores = rows(drawn).map((probabilities) => probabilities[column] as number);
        expect(area).toBe(rocAucScore(targets, scores));
        const coarse = scores.map((score) => Math.round(score * 64) / 64);
        const twoColumns = coarse.map((score) => [1 - score, score]);
        expect(rocAucScore(targets, twoColumns)).toBeCloseTo(rocAucScore(targets, coarse), 12);
      }
    });
  });

  test('does not change with the order of samples, and follows columns', () => {
    fc.assert(
      fc.property(mixed, ([drawn, other]) => {
        const area = rocAucScore(truths(drawn), rows(drawn), { average: 'micro' });
        expect(rocAucScore(truths(other), rows(other), { average: 'micro' })).toBe(area);
        const turned = rows(drawn).map((probabilities) => [...probabilities].reverse());
        const options = { labels: [2, 1, 0], average: null };
        const areas = rocAucScore(truths(drawn), rows(drawn), { average: null });
        expect(rocAucScore(truths(drawn), turned, options)).toEqual(areas.reverse());
      }),
    );
  });
});

describe('calibration', () => {
  test('bins cover [0, 1] and hold every sample once; their means give back accuracy and mean confidence', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 50 }), (drawn, numBins) => {
        const bins = reliabilityCurve(truths(drawn), rows(drawn), { numBins });
        expect(bins[0]?.low).toBe(0);
        expect(bins.at(-1)?.high).toBe(1);
        let [count, confidence, correct] = [0, 0, 0];
        for (const [index, bin] of bins.entries()) {
          if (index > 0) expect(bin.low).toBe(bins[index - 1]?.high);
          if (bin.confidence === null || bin.accuracy === null) {
            expect(bin.count).toBe(0);
            continue;
          }
          expect(bin.confidence).toBeGreaterThanOrEqual(bin.low - 1e-12);
          expect(bin.confidence).toBeLessThanOrEqual(bin.high + 1e-12);
          count += bin.count;
          confidence += bin.count * bin.confidence;
          correct += bin.count * bin.accuracy;
        }
        const guesses = rows(drawn).map((probabilities) => probabilities.indexOf(Math.max(...probabilities)));
        expect(count).toBe(drawn.length);
        expect(correct / count).toBeCloseTo(accuracyScore(truths(drawn), guesses), 12);
        const meanConfidence = rows(drawn).reduce((sum, one) => sum + Math.max(...one), 0) / count;
        expect(confidence / count).toBeCloseTo(meanConfidence, 12);
        const error = expectedCalibrationError(truths(drawn), rows(drawn), { numBins });
        expect(error).toBeLessThanOrEqual(1);
        // The triangle inequality: with one bin the error is the least.
        expect(error).toBeGreaterThanOrEqual(Math.abs(correct - confidence) / count - 1e-12);
      }),
    );
  });

  test('a confidence on an edge belongs to the bin below it, and the next float to the bin above', () => {
    // Among these, multiplying by the number of bins rounds to the wrong side: 14/25 * 25 > 14, and just above 2/3 * 3 = 2.
    for (let numBins = 2; numBins <= 60; numBins++) {
      for (let edge = Math.ceil(numBins / 2); edge < numBins; edge++) {
        const confidence = edge / numBins;
        const above = confidence + Number.EPSILON / 2;
        const filled = [confidence, above].map((value) =>
          reliabilityCurve([0], [[value, 1 - value]], { numBins }).findIndex(({ count }) => count > 0),
        );
        expect(filled).toEqual([edge - 1, edge]);
      }
    }
  });

  test('a certain model errs as often as it is wrong; one that is right and certain does not err', () => {
    check((drawn) => {
      const certain = drawn.map((_, sample) => [0, 1, 2].map((column) => (column === sample % 3 ? 1 : 0)));
      const guesses = drawn.map((_, sample) => sample % 3);
      const wrong = 1 - accuracyScore(truths(drawn), guesses);
      expect(expectedCalibrationError(truths(drawn), certain)).toBeCloseTo(wrong, 12);
      expect(expectedCalibrationError(guesses, certain)).toBe(0);
      expect(brierScoreLoss(truths(drawn), certain)).toBeCloseTo(2 * wrong, 12);
      expect(brierScoreLoss(guesses, certain)).toBe(0);
    });
  });
});

describe('Brier score', () => {
  test('lies in [0, 2], does not change with the order of samples, and is twice the halved one', () => {
    fc.assert(
      fc.property(mixed, ([drawn, other]) => {
        const loss = brierScoreLoss(truths(drawn), rows(drawn));
        expect(loss).toBeGreaterThanOrEqual(0);
        expect(loss).toBeLessThanOrEqual(2);
        expect(brierScoreLoss(truths(other), rows(other))).toBeCloseTo(loss, 12);
        expect(brierScoreLoss(truths(drawn), rows(drawn), { scaleByHalf: true })).toBe(loss / 2);
      }),
    );
  });

  test('of one number is that of two columns', () => {
    check((drawn) => {
      const targets = truths(drawn).map((truth) => (truth === 1 ? 1 : 0));
      const numbers = rows(drawn).map((probabilities) => probabilities[1] as number);
      const twoColumns = numbers.map((number) => [1 - number, number]);
      expect(brierScoreLoss(targets, numbers)).toBeCloseTo(brierScoreLoss(targets, twoColumns), 12);
    });
  });
});
