import { OptionError } from '../../errors';
import { LABEL_OPTIONS, type LabelCounts, type LabelOptions, show } from '../labels';

/**
 * How the scores of the classes become one: `'macro'`, their plain mean; `'weighted'`, their mean weighted by support;
 * `'micro'`, the score of all decisions taken together.
 */
export type Average = 'macro' | 'micro' | 'weighted';

/** Options of the metrics that divide counts of a class by its predictions or its samples. */
export interface ScoreOptions extends LabelOptions {
  /**
   * What 0/0 yields, such as the precision of a class that was never predicted: 0, 1 or `NaN`. Averages skip `NaN`.
   * @defaultValue `0`
   */
  readonly zeroDivision?: number;
}

/** The names of {@link ScoreOptions}. */
export const SCORE_OPTIONS: Readonly<Record<keyof ScoreOptions, true>> = {
  ...LABEL_OPTIONS,
  zeroDivision: true,
};

/** Options of a metric that yields one number for all classes. */
export interface AverageScoreOptions extends ScoreOptions {
  /** How the scores of the classes become one. */
  readonly average: Average;
}

/** Options of a metric that yields one number for each class. */
export interface ClassScoreOptions extends ScoreOptions {
  /** `null`: no average. */
  readonly average: null;
}

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

/** The counts behind precision, recall and F1 of one class. */
export interface ClassTally {
  /** Samples of the class that were predicted as it (true positives). */
  readonly correct: number;
  /** Samples predicted as the class. */
  readonly predicted: number;
  /** Samples of the class. */
  readonly support: number;
}

/** One tally for each class; confusions with the classes left out count too. */
export function classTallies({ classes, counts }: LabelCounts): ClassTally[] {
  return classes.map((_, index) => {
    const row = counts[index] as readonly number[];
    return {
      correct: row[index] as number,
      predicted: sum(counts.map((other) => other[index] as number)),
      support: sum(row),
    };
  });
}

/** The tally of all classes together. */
export function totalTally(tallies: readonly ClassTally[]): ClassTally {
  return {
    correct: sum(tallies.map(({ correct }) => correct)),
    predicted: sum(tallies.map(({ predicted }) => predicted)),
    support: sum(tallies.map(({ support }) => support)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * Adds numbers in NumPy's order: then averages equal scikit-learn's to the last bit, and round to the same decimals.
 *
 * NumPy adds up to seven numbers one by one, and more in eight interleaved lanes. (Beyond 128 it also splits the list,
 * which is left out here.)
 */
function numpySum(values: readonly number[]): number {
  const inLanes = values.length - (values.length % 8);
  const lane = (first: number) => {
    let total = 0;
    for (let index = first; index < inLanes; index += 8) total += values[index] as number;
    return total;
  };
  let total = lane(0) + lane(1) + (lane(2) + lane(3)) + (lane(4) + lane(5) + (lane(6) + lane(7)));
  for (const value of values.slice(inLanes)) total += value;
  return total;
}
