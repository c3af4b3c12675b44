import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { createRandom } from '../../random';
import { checkLabelPairs, type LabelArray, show } from '../labels';

/** Options of {@link bootstrapConfidenceInterval} and {@link pairedBootstrap}. */
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

const BOOTSTRAP_OPTIONS: Readonly<Record<keyof BootstrapOptions, true>> = {
  resamples: true,
  confidence: true,
  seed: true,
};

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
 * @throws {@link OptionError} when an option is unknown, when a label is no name or integer, when names meet integers, when an option is out of
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
  checkOptionNames('bootstrapConfidenceInterval', options, BOOTSTRAP_OPTIONS);
  checkLabelPairs(trueLabels, predictedLabels);
  checkStatistic(statistic);
  const scoreDraw = (places: readonly number[]) =>
    statistic(pickLabels(trueLabels, places), pickLabels(predictedLabels, places));
  return percentileInterval(trueLabels.length, scoreDraw, options);
}

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
 * @throws {@link OptionError} when an option is unknown, when a label is no name or integer, when names meet integers, when an option is out of
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
  checkOptionNames('pairedBootstrap', options, BOOTSTRAP_OPTIONS);
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

/** Draws samples with replacement, scores each draw, and cuts the tails of the scores: [low, high]. */
function percentileInterval(
  numSamples: number,
  scoreDraw: (places: readonly number[]) => number,
  { resamples = 1000, confidence = 0.95, seed = 0 }: BootstrapOptions,
): [low: number, high: number] {
  checkOptions(resamples, confidence, seed);
  const random = createRandom(seed);
  const values = Float64Array.from({ length: resamples }, () => {
    const value = scoreDraw(Array.from({ length: numSamples }, () => random.integer(numSamples)));
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

/** Refuses what plain JavaScript may pass in place of a metric, such as the options that come behind it. */
function checkStatistic(statistic: unknown): void {
  if (typeof statistic === 'function') return;
  throw new OptionError(
    `statistic: expected a function of true and predicted labels, such as accuracyScore, received ${typeof statistic}.`,
  );
}

/** The labels at some places; the same place may come twice. */
function pickLabels(labels: LabelArray, places: readonly number[]): LabelArray {
  return places.map((place) => labels[place]) as string[] | number[];
}

function checkOptions(resamples: number, confidence: number, seed: number): void {
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new OptionError(`resamples: expected an integer of at least 1, received ${show(resamples)}.`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new OptionError(
      `confidence: expected a share between 0 and 1, such as 0.95, received ${show(confidence)}.`,
    );
  }
  if (!Number.isFinite(seed)) {
    throw new OptionError(`seed: expected a finite number, such as 7, received ${show(seed)}.`);
  }
}

/**
 * The value below which a share of sorted values lies, interpolated linearly between neighbours.
 *
 * @param sorted at least one value, ascending
 * @param share in [0, 1]
 */
function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}
