import { computeScores } from './compute-scores';
import type { LabelArray } from './label-options';
import type { AverageScoreOptions, ClassScoreOptions } from './score-options';

/**
 * The share of the predictions of a class that are true, for each class or averaged.
 *
 * Equal to scikit-learn's `precision_score`.
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
 * import { precisionScore } from 'mvsa-fusion/metrics';
 *
 * const trueLabels = [0, 0, 1, 2];
 * const predictedLabels = [0, 1, 1, 1];
 * console.log(precisionScore(trueLabels, predictedLabels, { numClasses: 3, average: null })); // [1, 0.333, 0]
 * console.log(precisionScore(trueLabels, predictedLabels, { numClasses: 3, average: 'macro' })); // 0.444
 * ```
 */
export function precisionScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions,
): number;
export function precisionScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: ClassScoreOptions,
): number[];
export function precisionScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions | ClassScoreOptions,
): number | number[] {
  return computeScores(trueLabels, predictedLabels, options).precision;
}
