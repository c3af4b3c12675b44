import { OptionError } from '../../errors';
import { expectedCalibrationError } from '../../metrics';
import type { Pattern } from './prediction';

/** How far probabilities can be trusted, and what makes them so. */
export interface Calibration {
  /** Logits are divided by it: above 1 where the model was too sure of itself. */
  readonly temperature: number;
  /** Expected calibration error of the raw probabilities, in [0, 1]. */
  readonly eceBefore: number;
  /** Expected calibration error after division by the temperature, in [0, 1]. */
  readonly eceAfter: number;
  /** Posts that it was measured on. */
  readonly posts: number;
}

/** A calibration for each pattern of present halves; null where there is none, and the temperature is 1. */
export type Calibrations = Readonly<Record<Pattern, Calibration | null>>;

/** No calibration at all. */
export const UNCALIBRATED: Calibrations = { full: null, text: null, image: null };

/** Temperatures are looked for in this range; validation posts that are all right, or all wrong, end at its ends. */
const RANGE = [0.05, 20] as const;
/** Narrows the range to a relative 1e-12. */
const STEPS = 64;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Finds the temperature under which probabilities fit the labels best, by their mean cross-entropy.
 *
 * The cross-entropy is convex in 1 / temperature, so a golden-section search finds its one minimum.
 *
 * @param logits [posts][classes]
 * @param labels [posts] class indices
 * @throws {@link OptionError} without posts
 * @see Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2
 */
export function fitTemperature(logits: readonly ArrayLike<number>[], labels: ArrayLike<number>): number {
  if (logits.length === 0) throw new OptionError('fitTemperature: expected logits of posts, received none.');
  const loss = (inverse: number) =>
    logits.reduce((sum, row, post) => sum + crossEntropy(row, labels[post] as number, inverse), 0);
  let [low, high] = [1 / RANGE[1], 1 / RANGE[0]];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [lossLeft, lossRight] = [loss(left), loss(right)];
  for (let step = 0; step < STEPS; step++) {
    if (lossLeft <= lossRight) {
      [high, right, lossRight] = [right, left, lossLeft];
      left = high - GOLDEN * (high - low);
      lossLeft = loss(left);
    } else {
      [low, left, lossLeft] = [left, right, lossRight];
      right = low + GOLDEN * (high - low);
      lossRight = loss(right);
    }
  }
  return 2 / (low + high);
}

function crossEntropy(logits: ArrayLike<number>, label: number, inverse: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < logits.length; index++) largest = Math.max(largest, logits[index] as number);
  let sum = 0;
  for (let index = 0; index < logits.length; index++)
    sum += Math.exp(((logits[index] as number) - largest) * inverse);
  return Math.log(sum) - ((logits[label] as number) - largest) * inverse;
}

/** Softmax of logits over a temperature, in float64. */
export function softmax(logits: ArrayLike<number>, temperature = 1): number[] {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp((value - largest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Fewer posts tell too little of a temperature. */
const LEAST_POSTS = 30;

/**
 * Fits a temperature on posts and measures what it does to them.
 *
 * @returns null for fewer than 30 posts, and where the best temperature lies outside of the range, as when every post is right: any
 * confidence would then seem justified
 */
export function calibrate(
  logits: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
): Calibration | null {
  if (logits.length < LEAST_POSTS) return null;
  const temperature = fitTemperature(logits, labels);
  if (temperature < RANGE[0] * 1.001 || temperature > RANGE[1] / 1.001) return null;
  return { temperature, ...calibrationErrors(logits, labels, temperature), posts: logits.length };
}

/** The calibration error of posts before and after division by a temperature. */
export function calibrationErrors(
  logits: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  temperatures: number | readonly number[],
): { readonly eceBefore: number; readonly eceAfter: number } {
  const trueLabels = Array.from(labels);
  const temperatureOf = (post: number) =>
    typeof temperatures === 'number' ? temperatures : (temperatures[post] as number);
  return {
    eceBefore: expectedCalibrationError(
      trueLabels,
      logits.map((row) => softmax(row)),
    ),
    eceAfter: expectedCalibrationError(
      trueLabels,
      logits.map((row, post) => softmax(row, temperatureOf(post))),
    ),
  };
}
