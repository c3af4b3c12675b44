import { OptionError, ShapeError } from '../errors';
import { checkArray, show, showAll } from './check-labels';
import type { LabelArray } from './label-options';

/** How far the sum of a row may be from 1: scikit-learn's limit for float32, which softmax outputs mostly are. */
const SUM_TOLERANCE = Math.sqrt(2 ** -23);

/** Refuses rows that are not one probability distribution for each sample, and counts their columns. */
export function checkProbabilities(
  trueLabels: LabelArray,
  probabilities: readonly ArrayLike<number>[],
): number {
  checkArray('trueLabels', trueLabels);
  checkArray('probabilities', probabilities);
  if (trueLabels.length !== probabilities.length) {
    throw new ShapeError(
      `Expected one row of probabilities for each true label, received ${probabilities.length} rows and ` +
        `${trueLabels.length} labels.`,
    );
  }
  const numClasses = probabilities[0]?.length ?? 0;
  if (numClasses < 2) {
    throw new ShapeError(
      `probabilities: expected at least one row with two or more classes, received ${probabilities.length} rows of ` +
        `${numClasses}. Give each class a column, also the second of two.`,
    );
  }
  for (const [sample, row] of probabilities.entries()) {
    if (row?.length !== numClasses) {
      throw new ShapeError(
        `probabilities[${sample}]: expected ${numClasses} numbers, as in the first row, received ${row?.length ?? show(row)}.`,
      );
    }
    let sum = 0;
    let isValid = true;
    for (let index = 0; index < numClasses; index++) {
      const probability = row[index] as number;
      isValid &&= typeof probability === 'number' && probability >= 0 && probability <= 1;
      sum += probability;
    }
    if (!isValid || Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new OptionError(
        `probabilities[${sample}]: expected numbers in [0, 1] that sum to 1, received ${showAll(row)} (sum ${sum}). ` +
          'Apply softmax to logits first.',
      );
    }
  }
  return numClasses;
}
