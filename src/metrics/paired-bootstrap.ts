import { OptionError } from '../errors';
import type { BootstrapOptions } from './bootstrap-options';
import { checkLabelPairs, show } from './check-labels';
import type { LabelArray } from './label-options';
import { checkStatistic, percentileInterval, pickLabels } from './percentile-interval';

/** What {@link pairedBootstrap} says of two models. */
export interface PairedDifference {
  /** The statistic of the first model minus that of the second, on the samples as they are. */
  readonly difference: number;
  /** The percentile interval of the difference; without 0 in it, the test set tells the models apart. */
  readonly interval: readonly [low: number, high: number];
}

/**
 * How much better the first of two models is on the same samples, with the interval of the difference.
 *
 * Each draw takes the same samples for both models, so what makes a sample hard for both cancels out: the interval is
 * narrower than two separate ones let one think. Draws are those of {@link bootstrapConfidenceInterval} with the same
 * seed. The interval speaks of the sampling of the test set alone, not of how the models were trained.
 *
 * @param trueLabels [samples]
 * @param firstLabels [samples], what the first model predicted
 * @param secondLabels [samples], what the second model predicted
 * @param statistic the metric; it should be told `labels` or `numClasses`, because a draw may miss a rare class
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer, when names meet integers, when an option is out of
 * its range, or when the statistic is no function or not finite
 * @example
 * ```ts
 * import { f1Score, pairedBootstrap } from 'mvsa-fusion/metrics';
 *
 * const trueLabels = [0, 0, 0, 1, 1, 1, 2, 2, 2];
 * const fusion = [0, 0, 1, 1, 1, 1, 2, 0, 2];
 * const textOnly = [0, 0, 1, 1, 0, 1, 0, 0, 2];
 * const { difference, interval } = pairedBootstrap(
 *   trueLabels,
 *   fusion,
 *   textOnly,
 *   (drawnTrue, drawnPredicted) => f1Score(drawnTrue, drawnPredicted, { numClasses: 3, average: 'macro' }),
 *   { seed: 7 },
 * );
 * console.log(`${difference.toFixed(2)}, 95% of draws in ${interval.map((end) => end.toFixed(2)).join(' to ')}`);
 * ```
 * @see Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13
 */
export function pairedBootstrap(
  trueLabels: LabelArray,
  firstLabels: LabelArray,
  secondLabels: LabelArray,
  statistic: (trueLabels: LabelArray, predictedLabels: LabelArray) => number,
  options: BootstrapOptions = {},
): PairedDifference {
  checkLabelPairs(trueLabels, firstLabels, 'firstLabels');
  checkLabelPairs(trueLabels, secondLabels, 'secondLabels');
  checkStatistic(statistic);
  const difference = statistic(trueLabels, firstLabels) - statistic(trueLabels, secondLabels);
  if (!Number.isFinite(difference)) {
    throw new OptionError(
      `statistic: expected a finite number for each model, received a difference of ${show(difference)}. ` +
        'Let 0/0 count as 0 or 1 with zeroDivision.',
    );
  }
  const scoreDraw = (places: readonly number[]) => {
    const drawnTrue = pickLabels(trueLabels, places);
    const score = (labels: LabelArray) => statistic(drawnTrue, pickLabels(labels, places));
    return score(firstLabels) - score(secondLabels);
  };
  return { difference, interval: percentileInterval(trueLabels.length, scoreDraw, options) };
}
