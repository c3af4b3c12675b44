import { OptionError, ShapeError } from '../errors';
import type { LabelArray } from './label-options';

/** What the labels of one array are. */
export type LabelKind = 'string' | 'integer';

/** Refuses labels that are not all names or all integers, and says which they are. */
export function checkLabels(name: string, labels: LabelArray): LabelKind {
  checkArray(name, labels);
  if (labels.length === 0) throw new ShapeError(`${name}: expected at least one label, received none.`);
  const kind = typeof labels[0] === 'string' ? 'string' : 'integer';
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index];
    if (kind === 'string' ? typeof label !== 'string' : !Number.isInteger(label)) {
      const expected = kind === 'string' ? 'a class name, like those before it' : 'an integer class index';
      throw new OptionError(
        `${name}[${index}]: expected ${expected}, received ${show(label)}. Labels are all names (strings) or all integers.`,
      );
    }
  }
  return kind;
}

/** Refuses two arrays of labels that do not describe the same samples; `predictedName` is what messages call the second. */
export function checkLabelPairs(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  predictedName = 'predictedLabels',
): LabelKind {
  checkArray('trueLabels', trueLabels);
  checkArray(predictedName, predictedLabels);
  if (trueLabels.length !== predictedLabels.length) {
    throw new ShapeError(
      `Expected as many ${predictedName} as trueLabels, received ${predictedLabels.length} and ${trueLabels.length}. ` +
        'Pass one prediction for each true label.',
    );
  }
  const kind = checkLabels('trueLabels', trueLabels);
  checkSameKind(predictedName, checkLabels(predictedName, predictedLabels), kind);
  return kind;
}

/** Refuses what plain JavaScript may pass in place of an array, a tensor above all. */
export function checkArray(name: string, values: unknown): void {
  const isArrayLike =
    typeof values === 'object' && values !== null && 'length' in values && Number.isInteger(values.length);
  if (!isArrayLike) {
    const received = typeof values === 'object' && values !== null ? 'an object' : show(values);
    throw new OptionError(
      `${name}: expected an array or typed array, received ${received}. ` +
        "Read a tensor first, with labelsFromTensor or probabilitiesFromTensor of 'mvsa-fusion/training'.",
    );
  }
}

/** Refuses to compare names with integers. */
export function checkSameKind(name: string, kind: LabelKind, trueKind: LabelKind): void {
  if (kind !== trueKind) {
    throw new OptionError(
      `${name}: expected ${trueKind} labels, like trueLabels, received ${kind} labels. Convert one to the other.`,
    );
  }
}

/** A value as an error message shows it. */
export function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** The values of an array as an error message shows them. */
export function showAll(values: ArrayLike<unknown>): string {
  return `[${Array.from(values, show).join(', ')}]`;
}
