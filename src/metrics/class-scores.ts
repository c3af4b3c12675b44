import { OptionError } from '../errors';
import { show } from './check-labels';
import { type ClassTally, totalTally } from './class-tallies';
import { numpySum } from './numpy-sum';
import type { Average } from './score-options';

/** Scores of all classes together, each in [0, 1] or `zeroDivision`. */
export interface AverageScores {
  /** The share of predictions that are true. */
  readonly precision: number;
  /** The share of samples that were found. */
  readonly recall: number;
  /** The harmonic mean of precision and recall, before any average over classes. */
  readonly f1: number;
}

/** Scores of each class, in the order of the classes. */
export interface ClassScores {
  /** [classes], the share of predictions of the class that are true, in [0, 1] or `zeroDivision`. */
  readonly precision: number[];
  /** [classes], the share of samples of the class that were found, in [0, 1] or `zeroDivision`. */
  readonly recall: number[];
  /** [classes], the harmonic mean of precision and recall, in [0, 1] or `zeroDivision`. */
  readonly f1: number[];
  /** [classes], the number of samples that truly are of the class. */
  readonly support: number[];
}

/** Precision, recall and F1 of one tally. */
export function scoreTally({ correct, predicted, support }: ClassTally, zeroDivision: number): AverageScores {
  const divide = (count: number, total: number) => (total === 0 ? zeroDivision : count / total);
  return {
    precision: divide(correct, predicted),
    recall: divide(correct, support),
    f1: divide(2 * correct, predicted + support),
  };
}

/** Precision, recall, F1 and support of each class. */
export function classScores(tallies: readonly ClassTally[], zeroDivision: number): ClassScores {
  const scores = tallies.map((tally) => scoreTally(tally, zeroDivision));
  return {
    precision: scores.map(({ precision }) => precision),
    recall: scores.map(({ recall }) => recall),
    f1: scores.map(({ f1 }) => f1),
    support: tallies.map(({ support }) => support),
  };
}

/** Precision, recall and F1 of all classes together. */
export function averageScores(
  tallies: readonly ClassTally[],
  average: Average,
  zeroDivision: number,
): AverageScores {
  if (average === 'micro') return scoreTally(totalTally(tallies), zeroDivision);
  const { precision, recall, f1, support } = classScores(tallies, zeroDivision);
  const combine = (scores: readonly number[]) =>
    average === 'weighted' ? weightedMean(scores, support) : mean(scores);
  return { precision: combine(precision), recall: combine(recall), f1: combine(f1) };
}

/** Refuses a value for 0/0 that could pass for a score. */
export function checkZeroDivision(zeroDivision: number): void {
  if (zeroDivision !== 0 && zeroDivision !== 1 && !Number.isNaN(zeroDivision)) {
    throw new OptionError(`zeroDivision: expected 0, 1 or NaN, received ${show(zeroDivision)}.`);
  }
}

/** The mean of the values that are not NaN; NaN if there are none. */
function mean(values: readonly number[]): number {
  const count = values.filter((value) => !Number.isNaN(value)).length;
  return numpySum(values.map((value) => (Number.isNaN(value) ? 0 : value))) / count;
}

/** The weighted mean of the values that are not NaN; their plain mean if the weights are all 0. */
function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const defined = values.flatMap((value, index) =>
    Number.isNaN(value) ? [] : [{ value, weight: weights[index] as number }],
  );
  const weightSum = numpySum(defined.map(({ weight }) => weight));
  if (weightSum === 0) return mean(values);
  return numpySum(defined.map(({ value, weight }) => value * weight)) / weightSum;
}
