import { OptionError } from '../errors';
import { checkLabels, checkSameKind, show, showAll } from './check-labels';
import type { LabelArray } from './label-options';

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
