import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/errors';
import {
  accuracyScore,
  balancedAccuracyScore,
  bootstrapConfidenceInterval,
  classificationReport,
  confusionMatrix,
  f1Score,
  type LabelArray,
  logLoss,
  precisionRecallFscoreSupport,
  precisionScore,
  recallScore,
} from '../../src/metrics';
import fixture from '../fixtures/metrics.json';

type Score = number | null;

interface LabelCase {
  readonly name: string;
  readonly trueLabels: string[] | number[];
  readonly predictedLabels: string[] | number[];
  readonly options: { labels?: string[] | number[]; numClasses?: number };
  readonly zeroDivision: number | 'nan';
  readonly reportOptions: { digits?: number; targetNames?: string[] };
  readonly confusionMatrix: number[][] | null;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly perClass: Record<'precision' | 'recall' | 'f1' | 'support', Score[]>;
  readonly averages: Record<'macro' | 'micro' | 'weighted', Record<'precision' | 'recall' | 'f1', Score>>;
  readonly report: string;
}

interface ProbabilityCase {
  readonly name: string;
  readonly trueLabels: string[] | number[];
  readonly probabilities: number[][];
  readonly labels?: string[];
  readonly logLoss: number;
}

interface IntervalCase {
  readonly name: string;
  readonly trueLabels: number[];
  readonly predictedLabels: number[];
  readonly statistic: string;
  readonly options: { seed: number; resamples: number; confidence: number };
  readonly interval: number[];
}

const labelCases = fixture.labels as unknown as LabelCase[];
const probabilityCases = fixture.probabilities as unknown as ProbabilityCase[];
const intervalCases = fixture.intervals as unknown as IntervalCase[];

/** The fixture spells NaN as null. */
const value = (score: Score) => score ?? Number.NaN;

function expectClose(received: number, expected: Score): void {
  if (expected === null) expect(received).toBeNaN();
  else expect(Math.abs(received - expected)).toBeLessThan(1e-9);
}

function expectAllClose(received: readonly number[], expected: readonly Score[]): void {
  expect(received).toHaveLength(expected.length);
  for (const [index, score] of expected.entries()) expectClose(received[index] as number, score);
}

describe('labels equal scikit-learn', () => {
  test.each(labelCases.map((stored) => [stored.name, stored] as const))('%s', (_name, stored) => {
    const { trueLabels, predictedLabels, options, averages, perClass } = stored;
    const zeroDivision = stored.zeroDivision === 'nan' ? Number.NaN : stored.zeroDivision;
    const scoreOptions = { ...options, zeroDivision };

    const matrix = () => confusionMatrix(trueLabels, predictedLabels, options);
    if (stored.confusionMatrix === null) expect(matrix).toThrow(OptionError);
    else expect(matrix()).toEqual(stored.confusionMatrix);
    expectClose(accuracyScore(trueLabels, predictedLabels), stored.accuracy);
    expectClose(balancedAccuracyScore(trueLabels, predictedLabels), stored.balancedAccuracy);

    const scores = precisionRecallFscoreSupport(trueLabels, predictedLabels, scoreOptions);
    expectAllClose(scores.precision, perClass.precision);
    expectAllClose(scores.recall, perClass.recall);
    expectAllClose(scores.f1, perClass.f1);
    expect(scores.support).toEqual(perClass.support.map(value));
    const each = { ...scoreOptions, average: null };
    expect(precisionScore(trueLabels, predictedLabels, each)).toEqual(scores.precision);
    expect(recallScore(trueLabels, predictedLabels, each)).toEqual(scores.recall);
    expect(f1Score(trueLabels, predictedLabels, each)).toEqual(scores.f1);

    for (const average of ['macro', 'micro', 'weighted'] as const) {
      const averaged = { ...scoreOptions, average };
      const together = precisionRecallFscoreSupport(trueLabels, predictedLabels, averaged);
      expectClose(together.precision, averages[average].precision);
      expectClose(together.recall, averages[average].recall);
      expectClose(together.f1, averages[average].f1);
      expect(precisionScore(trueLabels, predictedLabels, averaged)).toBe(together.precision);
      expect(recallScore(trueLabels, predictedLabels, averaged)).toBe(together.recall);
      expect(f1Score(trueLabels, predictedLabels, averaged)).toBe(together.f1);
    }

    const reportOptions = { ...scoreOptions, ...stored.reportOptions };
    expect(classificationReport(trueLabels, predictedLabels, reportOptions)).toBe(stored.report);
  });
});

describe('log loss equals scikit-learn', () => {
  test.each(probabilityCases.map((stored) => [stored.name, stored] as const))('%s', (_name, stored) => {
    const { trueLabels, probabilities, labels } = stored;
    const options = labels ? { labels } : {};
    expectClose(logLoss(trueLabels, probabilities, options), stored.logLoss);
    const typedRows = probabilities.map((row) => Float64Array.from(row));
    expectClose(logLoss(trueLabels, typedRows, options), stored.logLoss);
  });
});

describe("bootstrap intervals equal NumPy's percentiles of scikit-learn's scores", () => {
  const statistics: Record<string, (trueLabels: LabelArray, predictedLabels: LabelArray) => number> = {
    accuracy: accuracyScore,
    macroF1: (trueLabels, predictedLabels) =>
      f1Score(trueLabels, predictedLabels, { labels: [0, 1, 2], average: 'macro' }),
  };
  test.each(intervalCases.map((stored) => [stored.name, stored] as const))('%s', (_name, stored) => {
    const statistic = statistics[stored.statistic] as (typeof statistics)[string];
    const interval = bootstrapConfidenceInterval(
      stored.trueLabels,
      stored.predictedLabels,
      statistic,
      stored.options,
    );
    expectAllClose(interval, stored.interval);
  });
});
