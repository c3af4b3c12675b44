import { checkOptionNames } from '../../options/check-option-names';
import type { LabelArray } from '../labels';
import { checkProbabilities, classIndices, type ProbabilityOptions } from './probabilities';

/**
 * The mean of -log(probability of the true class), in nats: the cross-entropy; 0 is perfect.
 *
 * Probabilities are clipped to [eps, 1 - eps] with the eps of float64, 2^-52, so that a confident mistake costs 36.04 and
 * not infinity. Equal to scikit-learn's `log_loss` on float64, with this difference: columns follow `labels` as given,
 * where scikit-learn sorts them.
 *
 * @param trueLabels [samples]: column indices, or with `labels` any labels
 * @param probabilities [samples, classes]: rows of numbers in [0, 1] that sum to 1
 * @throws {@link ShapeError} when there are no samples, the lengths differ or rows are ragged
 * @throws {@link OptionError} when an option is unknown, when a row is not a probability distribution, or when a label has no column
 * @example
 * ```ts
 * import { logLoss } from 'mvsa-fusion/metrics';
 *
 * const probabilities = [
 *   [0.7, 0.2, 0.1],
 *   [0.1, 0.1, 0.8],
 * ];
 * console.log(logLoss([0, 2], probabilities).toFixed(4)); // 0.2899
 * console.log(logLoss(['positive', 'negative'], probabilities, { labels: ['positive', 'neutral', 'negative'] }));
 * ```
 */
export function logLoss(
  trueLabels: LabelArray,
  probabilities: readonly ArrayLike<number>[],
  options: ProbabilityOptions = {},
): number {
  checkOptionNames('logLoss', options, { labels: true });
  const numClasses = checkProbabilities(trueLabels, probabilities);
  const indices = classIndices(trueLabels, numClasses, options.labels);
  let loss = 0;
  for (const [sample, row] of probabilities.entries()) {
    const probability = row[indices[sample] as number] as number;
    loss -= Math.log(Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON));
  }
  return loss / probabilities.length;
}
