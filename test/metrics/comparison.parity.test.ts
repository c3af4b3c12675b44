import { describe, expect, test } from 'vitest';
import {
  accuracyScore,
  bootstrapConfidenceInterval,
  f1Score,
  type LabelArray,
  mcnemarTest,
  pairedBootstrap,
} from '../../src/metrics';
import fixture from '../fixtures/metrics.json';
import { expectAllClose, expectClose } from './expect-close';

type Statistic = (trueLabels: LabelArray, predictedLabels: LabelArray) => number;

const STATISTICS: Record<string, Statistic> = {
  accuracy: accuracyScore,
  macroF1: (trueLabels, predictedLabels) =>
    f1Score(trueLabels, predictedLabels, { labels: [0, 1, 2], average: 'macro' }),
};

describe("bootstrap intervals equal NumPy's percentiles of scikit-learn's scores", () => {
  test.each(fixture.intervals.map((stored) => [stored.name, stored] as const))('%s', (_name, stored) => {
    const { trueLabels, predictedLabels, options } = stored;
    const statistic = STATISTICS[stored.statistic] as Statistic;
    expectAllClose(
      bootstrapConfidenceInterval(trueLabels, predictedLabels, statistic, options),
      stored.interval,
    );
  });

  test.each(fixture.pairs.map((stored) => [stored.name, stored] as const))('%s', (_name, stored) => {
    const { trueLabels, firstLabels, secondLabels, options } = stored;
    const statistic = STATISTICS[stored.statistic] as Statistic;
    const single = bootstrapConfidenceInterval(trueLabels, firstLabels, statistic, options);
    expectAllClose(single, stored.firstInterval);
    const paired = pairedBootstrap(trueLabels, firstLabels, secondLabels, statistic, options);
    expectClose(paired.difference, stored.difference);
    expectAllClose(paired.interval, stored.interval);
  });
});

describe("McNemar's test equals scipy's exact binomial test", () => {
  test.each(fixture.mcnemar.map((stored) => [stored.name, stored] as const))('%s', (_name, stored) => {
    const [bothCorrect, onlyFirstCorrect, onlySecondCorrect, bothWrong] = stored.counts as [
      number,
      number,
      number,
      number,
    ];
    const outcomes = (parts: readonly [number, number][]) =>
      parts.flatMap(([label, count]) => new Array<number>(count).fill(label));
    const first = outcomes([
      [0, bothCorrect + onlyFirstCorrect],
      [1, onlySecondCorrect + bothWrong],
    ]);
    const second = outcomes([
      [0, bothCorrect],
      [2, onlyFirstCorrect],
      [0, onlySecondCorrect],
      [2, bothWrong],
    ]);
    const result = mcnemarTest(new Uint8Array(first.length), first, second);
    expect(result.counts).toEqual({ bothCorrect, onlyFirstCorrect, onlySecondCorrect, bothWrong });
    expect(result.statistic).toBe(Math.min(onlyFirstCorrect, onlySecondCorrect));
    expectClose(result.pValue, stored.pValue);
    // Small p-values to the digits that count, too.
    if (stored.pValue > 1e-290) expect(result.pValue / stored.pValue).toBeCloseTo(1, 8);
  });
});
