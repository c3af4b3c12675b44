import { OptionError, ShapeError } from '../errors';
import { checkLabels, show, showAll } from './check-labels';
import type { LabelArray } from './label-options';
import { checkClasses } from './resolve-classes';

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
