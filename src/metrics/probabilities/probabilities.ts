import { OptionError, ShapeError } from '../../errors';
import {
  checkArray,
  checkClasses,
  checkLabels,
  checkSameKind,
  type LabelArray,
  show,
  showAll,
} from '../labels';

/** Options of the metrics on probabilities. */
export interface ProbabilityOptions {
  /**
   * The class of each column: names or integers.
   * @defaultValue the labels are column indices, from 0
   */
  readonly labels?: LabelArray;
}

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

/** The column of each sample's class: its label, or the place of its label in `labels`. */
export function classIndices(
  trueLabels: LabelArray,
  numClasses: number,
  labels: LabelArray | undefined,
): Int32Array {
  const kind = checkLabels('trueLabels', trueLabels);
  if (kind === 'string' && labels === undefined) {
    throw new OptionError(
      `trueLabels: expected column indices, received names such as ${show(trueLabels[0])}. ` +
        'Pass labels: the name of each column, in order.',
    );
  }
  const classes = labels
    ? checkClasses(labels, kind)
    : Array.from({ length: numClasses }, (_, index) => index);
  if (classes.length !== numClasses) {
    throw new ShapeError(
      `labels: expected a class for each of the ${numClasses} columns of probabilities, received ${showAll(classes)}.`,
    );
  }
  const columns = new Map(classes.map((label, index) => [label, index]));
  return Int32Array.from({ length: trueLabels.length }, (_, sample) => {
    const column = columns.get(trueLabels[sample] as string | number);
    if (column === undefined) {
      throw new OptionError(
        `trueLabels[${sample}]: expected one of ${showAll(classes)}, received ${show(trueLabels[sample])}. ` +
          'Pass probabilities with a column for every class.',
      );
    }
    return column;
  });
}

/** Whether scores are rows [samples, classes], and not one number for each sample. */
export function isRows(
  scores: readonly ArrayLike<number>[] | ArrayLike<number>,
): scores is readonly ArrayLike<number>[] {
  return typeof scores?.[0] === 'object';
}

/** Refuses numbers that are not one for each sample, or not within [low, high]. */
export function checkNumbers(
  name: string,
  trueLabels: LabelArray,
  numbers: ArrayLike<number>,
  [low, high]: readonly [number, number],
): void {
  checkArray('trueLabels', trueLabels);
  checkArray(name, numbers);
  if (numbers.length === 0) throw new ShapeError(`${name}: expected at least one number, received none.`);
  if (trueLabels.length !== numbers.length) {
    throw new ShapeError(
      `${name}: expected one number for each true label, received ${numbers.length} numbers and ` +
        `${trueLabels.length} labels.`,
    );
  }
  for (let sample = 0; sample < numbers.length; sample++) {
    const number = numbers[sample];
    if (typeof number !== 'number' || !(number >= low && number <= high)) {
      const expected = low === 0 && high === 1 ? 'a probability in [0, 1]' : 'a finite number';
      throw new OptionError(`${name}[${sample}]: expected ${expected}, received ${show(number)}.`);
    }
  }
}

/** 1 for each sample of the positive class and 0 for each of the other; refuses a third class. */
export function binaryTargets(trueLabels: LabelArray, posLabel: string | number | undefined): Uint8Array {
  const kind = checkLabels('trueLabels', trueLabels);
  if (posLabel !== undefined)
    checkSameKind('posLabel', checkLabels('posLabel', [posLabel] as number[]), kind);
  const targets = new Uint8Array(trueLabels.length);
  const positive = posLabel ?? 1;
  let other: string | number | undefined;
  for (let sample = 0; sample < trueLabels.length; sample++) {
    const label = trueLabels[sample] as string | number;
    if (label === positive) {
      targets[sample] = 1;
      continue;
    }
    if (posLabel === undefined && label !== 0 && label !== -1) {
      throw new OptionError(
        `trueLabels[${sample}]: expected 0 and 1, or -1 and 1, received ${show(label)}. ` +
          'Pass posLabel: the class that the numbers speak of; or a row of probabilities for each sample.',
      );
    }
    other ??= label;
    if (label !== other) {
      throw new OptionError(
        `trueLabels[${sample}]: expected two classes, received a third: ${showAll([positive, other, label])}. ` +
          'Pass a row of probabilities for each sample.',
      );
    }
  }
  return targets;
}
