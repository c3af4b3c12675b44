import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { type LabelArray, show } from '../labels';
import {
  binaryTargets,
  checkNumbers,
  checkProbabilities,
  classIndices,
  isRows,
  type ProbabilityOptions,
} from './probabilities';

/** Options of {@link brierScoreLoss}. */
export interface BrierScoreOptions extends ProbabilityOptions {
  /**
   * The class that the numbers speak of, when there is one number for each sample.
   * @defaultValue `1` when the labels are 0 and 1, or -1 and 1; otherwise it must be given
   */
  readonly posLabel?: string | number;
  /**
   * Whether the sum over the classes is halved, so that the worst loss is 1 and not 2; `'auto'` halves it for two
   * classes only, as is the custom.
   * @defaultValue `'auto'`
   */
  readonly scaleByHalf?: boolean | 'auto';
}

/**
 * The mean squared distance between the probabilities and what happened; 0 is perfect.
 *
 * Sums over the classes: the worst loss is 2, or 1 for two classes (see `scaleByHalf`). Equal to scikit-learn's
 * `brier_score_loss` from 1.7 on, with these differences: columns follow `labels` as given, where scikit-learn sorts
 * them; rows must sum to 1, where it warns; and other labels than 0, 1 and -1 need a `posLabel`, where it takes the
 * greater integer.
 *
 * @param trueLabels [samples]: column indices, or with `labels` any labels; with one number for each sample, two classes
 * @param probabilities [samples, classes]: rows of numbers in [0, 1] that sum to 1; or [samples]: the probability of
 * `posLabel`
 * @throws {@link ShapeError} when there are no samples, the lengths differ or rows are ragged
 * @throws {@link OptionError} when an option is unknown, when a row is not a probability distribution, when a number is none, when a label has no
 * column or is a third class, or when an option has no such value
 * @example
 * ```ts
 * import { brierScoreLoss } from 'mvsa-fusion/metrics';
 *
 * console.log(brierScoreLoss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3])); // 0.0375
 *
 * const probabilities = [
 *   [0.8, 0.1, 0.1],
 *   [0.2, 0.7, 0.1],
 *   [0.2, 0.2, 0.6],
 * ];
 * console.log(brierScoreLoss([0, 1, 2], probabilities)); // 0.146...
 * ```
 * @see Brier 1950, "Verification of Forecasts Expressed in Terms of Probability"
 */
export function brierScoreLoss(
  trueLabels: LabelArray,
  probabilities: readonly ArrayLike<number>[] | ArrayLike<number>,
  options: BrierScoreOptions = {},
): number {
  checkOptionNames('brierScoreLoss', options, { labels: true, posLabel: true, scaleByHalf: true });
  const { labels, posLabel, scaleByHalf = 'auto' } = options;
  if (scaleByHalf !== 'auto' && typeof scaleByHalf !== 'boolean') {
    throw new OptionError(`scaleByHalf: expected true, false or 'auto', received ${show(scaleByHalf)}.`);
  }
  if (!isRows(probabilities)) {
    if (labels !== undefined) {
      throw new OptionError('labels: expected none with one number for each sample. Pass posLabel instead.');
    }
    checkNumbers('probabilities', trueLabels, probabilities, [0, 1]);
    const loss = squaredDistance(binaryTargets(trueLabels, posLabel), probabilities);
    return scaleByHalf === false ? 2 * loss : loss;
  }
  if (posLabel !== undefined) {
    throw new OptionError('posLabel: expected none with rows of probabilities. Pass labels instead.');
  }
  const numClasses = checkProbabilities(trueLabels, probabilities);
  const indices = classIndices(trueLabels, numClasses, labels);
  let sum = 0;
  for (const [sample, row] of probabilities.entries()) {
    for (let column = 0; column < numClasses; column++) {
      sum += ((column === indices[sample] ? 1 : 0) - (row[column] as number)) ** 2;
    }
  }
  const loss = sum / probabilities.length;
  return (scaleByHalf === 'auto' ? numClasses === 2 : scaleByHalf) ? loss / 2 : loss;
}

function squaredDistance(targets: Uint8Array, probabilities: ArrayLike<number>): number {
  const sum = targets.reduce(
    (total, target, sample) => total + (target - (probabilities[sample] as number)) ** 2,
    0,
  );
  return sum / targets.length;
}
