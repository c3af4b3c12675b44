import type { LabelArray } from './label-options';
import { type CalibrationOptions, reliabilityCurve } from './reliability-curve';

/**
 * The expected calibration error (ECE): how far, on average, the confidence is from the share of right predictions.
 *
 * The mean over the bins of {@link reliabilityCurve} of |accuracy - confidence|, each weighted by its samples; in
 * [0, 1], 0 is perfect. It looks at the most probable class only and depends on the number of bins: compare it at equal
 * `numBins`, and on few samples beside {@link brierScoreLoss}. scikit-learn has no such score.
 *
 * @param trueLabels [samples]: column indices, or with `labels` any labels
 * @param probabilities [samples, classes]: rows of numbers in [0, 1] that sum to 1
 * @throws {@link ShapeError} when there are no samples, the lengths differ or rows are ragged
 * @throws {@link OptionError} when a row is not a probability distribution, when a label has no column, or when
 * `numBins` is out of range
 * @example
 * ```ts
 * import { expectedCalibrationError } from 'mvsa-fusion/metrics';
 *
 * const probabilities = [
 *   [0.7, 0.2, 0.1],
 *   [0.1, 0.1, 0.8],
 * ];
 * console.log(expectedCalibrationError([0, 2], probabilities)); // 0.25
 * ```
 * @see Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3
 */
export function expectedCalibrationError(
  trueLabels: LabelArray,
  probabilities: readonly ArrayLike<number>[],
  options: CalibrationOptions = {},
): number {
  let error = 0;
  for (const { count, confidence, accuracy } of reliabilityCurve(trueLabels, probabilities, options)) {
    if (confidence !== null && accuracy !== null) error += count * Math.abs(accuracy - confidence);
  }
  return error / trueLabels.length;
}
