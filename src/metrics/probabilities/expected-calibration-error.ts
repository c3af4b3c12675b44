import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { type LabelArray, show } from '../labels';
import { checkProbabilities, classIndices, type ProbabilityOptions } from './probabilities';

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
 * @throws {@link OptionError} when an option is unknown, when a row is not a probability distribution, when a label has no column, or when
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
  checkOptionNames('expectedCalibrationError', options, CALIBRATION_OPTIONS);
  let error = 0;
  for (const { count, confidence, accuracy } of reliabilityCurve(trueLabels, probabilities, options)) {
    if (confidence !== null && accuracy !== null) error += count * Math.abs(accuracy - confidence);
  }
  return error / trueLabels.length;
}

/** Options of {@link reliabilityCurve} and {@link expectedCalibrationError}. */
export interface CalibrationOptions extends ProbabilityOptions {
  /**
   * Number of bins of equal width over [0, 1], at least 1.
   * @defaultValue `15`: Guo et al. 2017, section 5
   */
  readonly numBins?: number;
}

const CALIBRATION_OPTIONS: Readonly<Record<keyof CalibrationOptions, true>> = { labels: true, numBins: true };

/** The samples whose confidence, the probability of the predicted class, lies in (`low`, `high`]; the first bin holds 0 too. */
export interface ReliabilityBin {
  /** Lower end of the bin, in [0, 1). */
  readonly low: number;
  /** Upper end of the bin, in (0, 1]. */
  readonly high: number;
  /** Number of samples. */
  readonly count: number;
  /** Their mean confidence, in [0, 1]; `null` without samples. */
  readonly confidence: number | null;
  /** The share of them that was predicted right, in [0, 1]; `null` without samples. */
  readonly accuracy: number | null;
}

/**
 * How often predictions are right at each level of confidence: the data of a reliability diagram.
 *
 * The predicted class of a sample is its most probable one, the first of equals, and its confidence that probability. A
 * well calibrated model is right in `confidence` of the cases in every bin. Unlike scikit-learn's `calibration_curve`,
 * which takes two classes and omits empty bins, it takes any number of classes and returns every bin.
 *
 * @param trueLabels [samples]: column indices, or with `labels` any labels
 * @param probabilities [samples, classes]: rows of numbers in [0, 1] that sum to 1
 * @returns [numBins], from low to high confidence
 * @throws {@link ShapeError} when there are no samples, the lengths differ or rows are ragged
 * @throws {@link OptionError} when an option is unknown, when a row is not a probability distribution, when a label has no column, or when
 * `numBins` is out of range
 * @example
 * ```ts
 * import { reliabilityCurve } from 'mvsa-fusion/metrics';
 *
 * const probabilities = [
 *   [0.7, 0.2, 0.1],
 *   [0.1, 0.1, 0.8],
 * ];
 * for (const { low, high, count, confidence, accuracy } of reliabilityCurve([0, 1], probabilities, { numBins: 5 })) {
 *   if (count > 0) console.log(low, high, count, confidence, accuracy); // 0.6 0.8 2 0.75 0.5
 * }
 * ```
 * @see Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2
 */
export function reliabilityCurve(
  trueLabels: LabelArray,
  probabilities: readonly ArrayLike<number>[],
  options: CalibrationOptions = {},
): ReliabilityBin[] {
  checkOptionNames('reliabilityCurve', options, CALIBRATION_OPTIONS);
  const { labels, numBins = 15 } = options;
  if (!Number.isInteger(numBins) || numBins < 1) {
    throw new OptionError(`numBins: expected an integer of at least 1, received ${show(numBins)}.`);
  }
  const numClasses = checkProbabilities(trueLabels, probabilities);
  const indices = classIndices(trueLabels, numClasses, labels);
  const bins = Array.from({ length: numBins }, () => ({ count: 0, confidence: 0, correct: 0 }));
  for (const [sample, row] of probabilities.entries()) {
    let predicted = 0;
    for (let column = 1; column < numClasses; column++) {
      if ((row[column] as number) > (row[predicted] as number)) predicted = column;
    }
    const confidence = row[predicted] as number;
    const bin = bins[binOf(confidence, numBins)] as (typeof bins)[number];
    bin.count++;
    bin.confidence += confidence;
    if (predicted === indices[sample]) bin.correct++;
  }
  return bins.map(({ count, confidence, correct }, index) => ({
    low: index / numBins,
    high: (index + 1) / numBins,
    count,
    confidence: count === 0 ? null : confidence / count,
    accuracy: count === 0 ? null : correct / count,
  }));
}

/** The bin whose (low, high] holds the value; the product alone may be off by one at an end, by rounding. */
function binOf(value: number, numBins: number): number {
  const near = Math.min(Math.max(Math.ceil(value * numBins) - 1, 0), numBins - 1);
  if (near > 0 && value <= near / numBins) return near - 1;
  return value > (near + 1) / numBins ? Math.min(near + 1, numBins - 1) : near;
}
