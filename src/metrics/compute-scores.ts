import { OptionError } from '../errors';
import { show } from './check-labels';
import {
  type AverageScores,
  averageScores,
  type ClassScores,
  checkZeroDivision,
  classScores,
} from './class-scores';
import { classTallies } from './class-tallies';
import { countLabels } from './count-labels';
import type { LabelArray } from './label-options';
import type { AverageScoreOptions, ClassScoreOptions } from './score-options';

/** Checks labels and options, counts, and divides: what all scores per class have in common. */
export function computeScores(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions | ClassScoreOptions,
): AverageScores | ClassScores {
  // Plain JavaScript may leave the options out.
  const { average, zeroDivision = 0 } = options ?? {};
  if (average !== null && average !== 'macro' && average !== 'micro' && average !== 'weighted') {
    throw new OptionError(
      `average: expected 'macro', 'micro', 'weighted' or null, received ${show(average)}. ` +
        "For scikit-learn's 'binary', pass labels: [the positive class] and average: null.",
    );
  }
  checkZeroDivision(zeroDivision);
  const tallies = classTallies(countLabels(trueLabels, predictedLabels, options));
  return average === null
    ? classScores(tallies, zeroDivision)
    : averageScores(tallies, average, zeroDivision);
}
