import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/errors';
import {
  accuracyScore,
  balancedAccuracyScore,
  classificationReport,
  cohenKappaScore,
  confusionMatrix,
  confusionMatrixAccumulator,
  f1Score,
  matthewsCorrcoef,
  type Normalize,
  precisionRecallFscoreSupport,
  precisionScore,
  recallScore,
} from '../../src/metrics';
import fixture from '../fixtures/metrics.json';
import { expectAllClose, expectClose, type Score } from './expect-close';

interface LabelCase {
  readonly name: string;
  readonly trueLabels: string[] | number[];
  readonly predictedLabels: string[] | number[];
  readonly options: { labels?: string[] | number[]; numClasses?: number };
  readonly zeroDivision: number | 'nan';
  readonly reportOptions: { digits?: number; targetNames?: string[] };
  readonly confusionMatrix: number[][] | null;
  readonly normalized: { by: Exclude<Normalize, null>; matrix: number[][] | null };
  /** Without weights, linear, quadratic. */
  readonly kappa: Score[] | null;
  readonly matthews: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly perClass: Record<'precision' | 'recall' | 'f1' | 'support', Score[]>;
  readonly averages: Record<'macro' | 'micro' | 'weighted', Record<'precision' | 'recall' | 'f1', Score>>;
  readonly report: string;
}

const labelCases = fixture.labels as unknown as LabelCase[];

/** The fixture spells NaN as null. */
const value = (score: Score) => score ?? Number.NaN;

describe('labels equal scikit-learn', () => {
  test.each(labelCases.map((stored) => [stored.name, stored] as const))('%s', (_name, stored) => {
    const { trueLabels, predictedLabels, options, averages, perClass } = stored;
    const zeroDivision = stored.zeroDivision === 'nan' ? Number.NaN : stored.zeroDivision;
    const scoreOptions = { ...options, zeroDivision };

    const matrix = () => confusionMatrix(trueLabels, predictedLabels, options);
    if (stored.confusionMatrix === null) expect(matrix).toThrow(OptionError);
    else expect(matrix()).toEqual(stored.confusionMatrix);
    const { by, matrix: shares } = stored.normalized;
    const normalized = () => confusionMatrix(trueLabels, predictedLabels, { ...options, normalize: by });
    if (shares === null) expect(normalized).toThrow(OptionError);
    else expectAllClose(normalized().flat(), shares.flat());
    for (const [index, weights] of ([null, 'linear', 'quadratic'] as const).entries()) {
      const kappa = () => cohenKappaScore(trueLabels, predictedLabels, { ...options, weights });
      if (stored.kappa === null) expect(kappa).toThrow(OptionError);
      else expectClose(kappa(), stored.kappa[index] as Score);
    }
    expectClose(matthewsCorrcoef(trueLabels, predictedLabels), stored.matthews);
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

describe('an accumulator fed in two parts equals scikit-learn', () => {
  // Unlike scikit-learn's labels, its classes must hold every label.
  const complete = labelCases.flatMap((stored) => {
    const occurring = [...stored.trueLabels, ...stored.predictedLabels];
    const { labels, numClasses } = stored.options;
    const classes: (string | number)[] = labels ?? [...new Set<string | number>(occurring)].sort(ascending);
    const isComplete = occurring.every((label) => classes.includes(label));
    const options = numClasses !== undefined ? { numClasses } : { labels: classes as string[] | number[] };
    return isComplete || numClasses !== undefined ? [[stored.name, stored, options] as const] : [];
  });
  test('in most cases', () => expect(complete.length).toBeGreaterThan(200));

  test.each(complete)('%s', (_name, stored, options) => {
    const { trueLabels, predictedLabels, averages, perClass } = stored;
    const middle = Math.floor(trueLabels.length / 2);
    const [first, second] = [confusionMatrixAccumulator(options), confusionMatrixAccumulator(options)];
    first.update(trueLabels.slice(0, middle), predictedLabels.slice(0, middle));
    for (let sample = middle; sample < trueLabels.length; sample++) {
      second.update(trueLabels[sample] as string, predictedLabels[sample] as string);
    }
    first.merge(second);
    expect(first.matrix()).toEqual(stored.confusionMatrix);
    expectAllClose(first.matrix(stored.normalized.by).flat(), stored.normalized.matrix?.flat() ?? []);
    const scores = first.scores(stored.zeroDivision === 'nan' ? Number.NaN : stored.zeroDivision);
    expect(scores.samples).toBe(trueLabels.length);
    expectClose(scores.accuracy, stored.accuracy);
    expectClose(scores.balancedAccuracy, stored.balancedAccuracy);
    expectClose(scores.cohenKappa, stored.kappa?.[0] ?? null);
    expectClose(scores.matthewsCorrcoef, stored.matthews);
    expectAllClose(scores.perClass.f1, perClass.f1);
    for (const average of ['macro', 'micro', 'weighted'] as const) {
      expectClose(scores[average].precision, averages[average].precision);
      expectClose(scores[average].recall, averages[average].recall);
      expectClose(scores[average].f1, averages[average].f1);
    }
  });
});

function ascending(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
