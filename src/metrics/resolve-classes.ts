import { OptionError } from '../errors';
import { checkLabels, checkSameKind, type LabelKind, show } from './check-labels';
import type { LabelArray, LabelOptions } from './label-options';

/** The classes that the options name, or else those that occur, sorted. */
export function resolveClasses(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  kind: LabelKind,
  { numClasses, labels }: LabelOptions,
): (string | number)[] {
  if (labels !== undefined) {
    if (numClasses !== undefined) {
      throw new OptionError(
        `Expected labels or numClasses, received both (numClasses: ${numClasses}). Leave numClasses out.`,
      );
    }
    return checkClasses(labels, kind);
  }
  if (numClasses !== undefined) return integerClasses(numClasses, kind);

  const occurring = new Set<string | number>();
  for (const labels of [trueLabels, predictedLabels]) {
    for (let index = 0; index < labels.length; index++) occurring.add(labels[index] as string | number);
  }
  return kind === 'string' ? [...occurring].sort() : [...(occurring as Set<number>)].sort((a, b) => a - b);
}

/** Refuses classes of another kind than the samples' labels, and classes named twice. */
export function checkClasses(labels: LabelArray, kind: LabelKind): (string | number)[] {
  checkSameKind('labels', checkLabels('labels', labels), kind);
  const classes: (string | number)[] = Array.from<string | number>(labels);
  const twice = classes.find((label, index) => classes.indexOf(label) !== index);
  if (twice !== undefined) {
    throw new OptionError(`labels: expected each class once, received ${show(twice)} twice. Remove one.`);
  }
  return classes;
}

function integerClasses(numClasses: number, kind: LabelKind): number[] {
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw new OptionError(`numClasses: expected an integer of at least 1, received ${show(numClasses)}.`);
  }
  if (kind === 'string') {
    throw new OptionError(
      `numClasses: expected integer trueLabels, received strings. Pass labels: ['...', '...'] in place of numClasses.`,
    );
  }
  return Array.from({ length: numClasses }, (_, index) => index);
}
