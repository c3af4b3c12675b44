import { OptionError } from '../errors';
import { createRandom } from '../random';
import { checkLabelPairs, show } from './check-labels';
import type { LabelArray } from './label-options';
import { quantile } from './quantile';

/** Options of {@link bootstrapConfidenceInterval}. */
export interface BootstrapOptions {
  /**
   * Number of times the samples are drawn anew, at least 1.
   * @defaultValue `1000`
   */
  readonly resamples?: number;
  /**
   * Share of resamples whose statistic lies within the interval, in (0, 1).
   * @defaultValue `0.95`
   */
  readonly confidence?: number;
  /**
   * Seeds the drawing: the same labels, options and seed give the same interval.
   * @defaultValue `0`
   */
  readonly seed?: number;
}

/**
 * The interval in which a metric would lie, with some confidence, on other samples of the same kind: [low, high].
 *
 * Draws as many samples as there are, with replacement, computes the statistic of each draw, and cuts the tails of
 * their distribution (the percentile bootstrap). The interval speaks of the sampling of the test set alone, not of how
 * the model was trained.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @param statistic the metric; it should be told `labels` or `numClasses`, because a draw may miss a rare class
 * @returns the low and the high end, quantiles with linear interpolation
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer, when names meet integers, when an option is out of
 * its range, or when the statistic of a draw is not finite
 * @example
 * ```ts
 * import { bootstrapConfidenceInterval, f1Score } from 'mvsa-fusion/metrics';
 *
 * const trueLabels = [0, 0, 0, 1, 1, 1, 2, 2, 2];
 * const predictedLabels = [0, 0, 1, 1, 1, 1, 2, 0, 2];
 * const [low, high] = bootstrapConfidenceInterval(
 *   trueLabels,
 *   predictedLabels,
 *   (drawnTrue, drawnPredicted) => f1Score(drawnTrue, drawnPredicted, { numClasses: 3, average: 'macro' }),
 *   { resamples: 1000, confidence: 0.95, seed: 7 },
 * );
 * console.log(`macro F1 between ${low.toFixed(2)} and ${high.toFixed(2)}`);
 * ```
 * @see Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13
 */
export function bootstrapConfidenceInterval(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  statistic: (trueLabels: LabelArray, predictedLabels: LabelArray) => number,
  options: BootstrapOptions = {},
): [low: number, high: number] {
  const { resamples = 1000, confidence = 0.95, seed = 0 } = options;
  checkLabelPairs(trueLabels, predictedLabels);
  checkOptions(resamples, confidence);
  const random = createRandom(seed);
  const values = Float64Array.from({ length: resamples }, () => {
    const drawn = Array.from({ length: trueLabels.length }, () => random.integer(trueLabels.length));
    const value = statistic(pick(trueLabels, drawn), pick(predictedLabels, drawn));
    if (!Number.isFinite(value)) {
      throw new OptionError(
        `statistic: expected a finite number, received ${show(value)} for one draw of the samples. ` +
          'Let 0/0 count as 0 or 1 with zeroDivision.',
      );
    }
    return value;
  }).sort();
  const tail = (1 - confidence) / 2;
  return [quantile(values, tail), quantile(values, 1 - tail)];
}

/** The labels at some places; the same place may come twice. */
function pick(labels: LabelArray, places: readonly number[]): LabelArray {
  return places.map((place) => labels[place]) as string[] | number[];
}

function checkOptions(resamples: number, confidence: number): void {
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new OptionError(`resamples: expected an integer of at least 1, received ${show(resamples)}.`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new OptionError(
      `confidence: expected a share between 0 and 1, such as 0.95, received ${show(confidence)}.`,
    );
  }
}
