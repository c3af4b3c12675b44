import type { LabelCounts } from './count-labels';

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
