import { OptionError, ShapeError } from '../errors';
import { checkArray, show } from './check-labels';
import type { LabelArray } from './label-options';

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
