import type { BootstrapOptions } from './bootstrap-options';
import { checkLabelPairs } from './check-labels';
import type { LabelArray } from './label-options';
import { checkStatistic, percentileInterval, pickLabels } from './percentile-interval';

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
 * its range, or when the statistic is no function or that of a draw not finite
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
  checkLabelPairs(trueLabels, predictedLabels);
  checkStatistic(statistic);
  const scoreDraw = (places: readonly number[]) =>
    statistic(pickLabels(trueLabels, places), pickLabels(predictedLabels, places));
  return percentileInterval(trueLabels.length, scoreDraw, options);
}
