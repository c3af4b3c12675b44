import { computeScores } from './compute-scores';
import type { LabelArray } from './label-options';
import type { AverageScoreOptions, ClassScoreOptions } from './score-options';

/**
 * The share of the samples of a class that were found, for each class or averaged.
 *
 * Equal to scikit-learn's `recall_score`.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @param options `average` has no default: scikit-learn's, `'binary'`, fits two classes only
 * @returns one number, or with `average: null` [classes]
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer or is out of range, when names meet integers, when
 * `labels` holds a class twice, or when `average` or `zeroDivision` has no such value
 * @example
 * ```ts
 * import { recallScore } from 'mvsa-fusion/metrics';
 *
 * const trueLabels = [0, 0, 1, 2];
 * const predictedLabels = [0, 1, 1, 1];
 * console.log(recallScore(trueLabels, predictedLabels, { numClasses: 3, average: null })); // [0.5, 1, 0]
 * console.log(recallScore(trueLabels, predictedLabels, { numClasses: 3, average: 'macro' })); // 0.5
 * ```
 */
export function recallScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions,
): number;
export function recallScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: ClassScoreOptions,
): number[];
export function recallScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions | ClassScoreOptions,
): number | number[] {
  return computeScores(trueLabels, predictedLabels, options).recall;
}
