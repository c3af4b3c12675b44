import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/errors';
import {
  brierScoreLoss,
  expectedCalibrationError,
  logLoss,
  reliabilityCurve,
  rocAucScore,
} from '../../src/metrics';
import fixture from '../fixtures/metrics.json';
import { expectAllClose, expectClose, type Score } from './expect-close';

interface ProbabilityCase {
  readonly name: string;
  readonly trueLabels: string[] | number[];
  readonly probabilities: number[][];
  readonly labels?: string[];
  readonly logLoss: number;
  /** Scaled by half: 'auto', true, false. */
  readonly brier: number[];
  readonly rocAuc: { each: Score[] } & Record<'macro' | 'micro' | 'weighted', Score>;
  /** Bins that are not empty: place, count, confidence, accuracy. */
  readonly calibration: { numBins: number; error: number; bins: [number, number, number, number][] };
}

interface BinaryCase {
  readonly name: string;
  readonly trueLabels: string[] | number[];
  readonly scores: number[];
  readonly posLabel?: string | number;
  readonly rocAuc: Score;
  readonly brier: number[] | null;
}

const SCALES = ['auto', true, false] as const;
const probabilityCases = fixture.probabilities as unknown as ProbabilityCase[];
const binaryCases = fixture.binary as unknown as BinaryCase[];

describe('rows of probabilities equal scikit-learn, and NumPy for the calibration', () => {
  test.each(probabilityCases.map((stored) => [stored.name, stored] as const))('%s', (_name, stored) => {
    const { trueLabels, probabilities, rocAuc, calibration } = stored;
    const options = stored.labels ? { labels: stored.labels } : {};
    expectClose(logLoss(trueLabels, probabilities, options), stored.logLoss);
    const typedRows = probabilities.map((row) => Float64Array.from(row));
    expectClose(logLoss(trueLabels, typedRows, options), stored.logLoss);

    for (const [index, scaleByHalf] of SCALES.entries()) {
      const loss = brierScoreLoss(trueLabels, typedRows, { ...options, scaleByHalf });
      expectClose(loss, stored.brier[index] as number);
    }
    expectClose(brierScoreLoss(trueLabels, probabilities, options), stored.brier[0] as number);

    expectAllClose(rocAucScore(trueLabels, probabilities, { ...options, average: null }), rocAuc.each);
    for (const average of ['macro', 'micro', 'weighted'] as const) {
      const area = () => rocAucScore(trueLabels, probabilities, { ...options, average });
      // Where scikit-learn warns and returns NaN, the library refuses.
      if (rocAuc[average] === null) expect(area).toThrow(OptionError);
      else expectClose(area(), rocAuc[average]);
    }

    const { numBins, error } = calibration;
    const bins = reliabilityCurve(trueLabels, probabilities, { ...options, numBins });
    expect(bins).toHaveLength(numBins);
    const filled = bins.flatMap(({ count, confidence, accuracy }, place) =>
      count > 0 ? [[place, count, confidence as number, accuracy as number]] : [],
    );
    expectAllClose(filled.flat(), calibration.bins.flat());
    expectClose(expectedCalibrationError(trueLabels, typedRows, { ...options, numBins }), error);
    if (numBins === 15) expectClose(expectedCalibrationError(trueLabels, probabilities, options), error);
  });
});

describe('one number for each sample equals scikit-learn', () => {
  test.each(binaryCases.map((stored) => [stored.name, stored] as const))('%s', (_name, stored) => {
    const { trueLabels, scores, posLabel, rocAuc, brier } = stored;
    const options = posLabel === undefined ? {} : { posLabel };
    const area = () => rocAucScore(trueLabels, scores, options);
    if (rocAuc === null) expect(area).toThrow(OptionError);
    else expectClose(area(), rocAuc);
    for (const [index, scaleByHalf] of SCALES.entries()) {
      const loss = () => brierScoreLoss(trueLabels, Float64Array.from(scores), { ...options, scaleByHalf });
      if (brier === null) expect(loss).toThrow(OptionError);
      else expectClose(loss(), brier[index] as number);
    }
  });
});
