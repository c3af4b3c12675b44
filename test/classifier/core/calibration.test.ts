import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  calibrate,
  calibrationErrors,
  fitTemperature,
  softmax,
} from '../../../src/classifier/core/calibration';
import { OptionError } from '../../../src/errors';
import { logLoss } from '../../../src/metrics';
import fixture from '../../fixtures/calibration.json';

describe('fitTemperature', () => {
  test.each(fixture.cases)(
    "finds SciPy's: $name",
    ({ logits, labels, temperature, lossBefore, lossAfter }) => {
      const found = fitTemperature(logits, labels);
      expect(Math.abs(found - temperature)).toBeLessThan(1e-6 * temperature);
      const loss = (divisor: number) =>
        logLoss(
          labels,
          logits.map((row) => softmax(row, divisor)),
          { labels: [...(logits[0] as number[]).keys()] },
        );
      expect(loss(1)).toBeCloseTo(lossBefore, 9);
      expect(loss(found)).toBeCloseTo(lossAfter, 9);
    },
  );

  test('stays within its range when all is right, all is wrong, or nothing is said', () => {
    const rows = [
      [4, 0, -1],
      [0, 5, 1],
    ];
    for (const labels of [
      [0, 1],
      [2, 0],
    ]) {
      const temperature = fitTemperature(rows, labels);
      expect(temperature).toBeGreaterThanOrEqual(0.05);
      expect(temperature).toBeLessThanOrEqual(20);
    }
    expect(fitTemperature(rows, [2, 0])).toBeCloseTo(20, 6);
    expect(fitTemperature([[1, 1]], [0])).toBeGreaterThan(0);
    expect(() => fitTemperature([], [])).toThrow(OptionError);
  });

  test('never makes the loss larger', () => {
    const row = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 3, maxLength: 3 });
    const posts = fc.array(fc.tuple(row, fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(posts, (drawn) => {
        const [logits, labels] = [drawn.map(([one]) => one), drawn.map(([, label]) => label)];
        const temperature = fitTemperature(logits, labels);
        expect(temperature).toBeGreaterThanOrEqual(0.0499);
        expect(temperature).toBeLessThanOrEqual(20.001);
        const loss = (divisor: number) =>
          logits.reduce(
            (sum, one, post) => sum - Math.log(softmax(one, divisor)[labels[post] as number] as number),
            0,
          );
        if (Number.isFinite(loss(1))) expect(loss(temperature)).toBeLessThanOrEqual(loss(1) + 1e-9);
      }),
      { numRuns: 100 },
    );
  });
});

test('softmax is one of probabilities for any finite logits', () => {
  expect(softmax([1000, 0, -1000])).toEqual([1, 0, 0]);
  expect(softmax([-1e30, -1e30])).toEqual([0.5, 0.5]);
  expect(softmax([0, Math.log(3)])[1]).toBeCloseTo(0.75, 12);
  const [low, high] = softmax([0, 2], 2) as [number, number];
  expect(high / low).toBeCloseTo(Math.E, 12);
});

test('without posts there is no calibration, and no error is computed', () => {
  expect(calibrate([], [])).toBeNull();
});

test('measures posts before and after, each by its own temperature', () => {
  const rows = [
    [2, 0],
    [0, 3],
    [1, 0],
  ];
  const logits = Array.from({ length: 30 }, (_, post) => rows[post % 3] as number[]);
  const labels = logits.map((_, post) => [0, 1, 1][post % 3] as number);
  const calibration = calibrate(logits, labels);
  expect(calibration?.posts).toBe(30);
  expect(calibrate(logits.slice(1), labels.slice(1))).toBeNull();
  // All right: any confidence would seem justified.
  expect(
    calibrate(
      logits,
      logits.map((_, post) => [0, 1, 0][post % 3] as number),
    ),
  ).toBeNull();
  const { eceBefore, eceAfter } = calibrationErrors(
    logits,
    labels,
    logits.map(() => 1),
  );
  expect(eceAfter).toBe(eceBefore);
  expect(calibration?.eceBefore).toBe(eceBefore);
});
