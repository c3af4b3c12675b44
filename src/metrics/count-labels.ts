import { OptionError } from '../errors';
import { checkLabelPairs, show } from './check-labels';
import type { LabelArray, LabelOptions } from './label-options';
import { resolveClasses } from './resolve-classes';

/** How often each true label met each predicted label: all that most metrics need to know. */
export interface LabelCounts {
  /** The classes, in the order of rows and columns. */
  readonly classes: readonly (string | number)[];
  /** [classes + 1, classes + 1]: rows are true classes, columns predicted; the last of each are all classes left out. */
  readonly counts: readonly (readonly number[])[];
}

/** Checks labels and counts them, in one pass once the classes are known. */
export function countLabels(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: LabelOptions = {},
): LabelCounts {
  const kind = checkLabelPairs(trueLabels, predictedLabels);
  const classes = resolveClasses(trueLabels, predictedLabels, kind, options);
  const indices = new Map(classes.map((label, index) => [label, index]));
  const leftOut = classes.length;
  const counts = Array.from({ length: leftOut + 1 }, () => new Array<number>(leftOut + 1).fill(0));
  for (let sample = 0; sample < trueLabels.length; sample++) {
    const row = indices.get(trueLabels[sample] as string | number) ?? leftOut;
    const column = indices.get(predictedLabels[sample] as string | number) ?? leftOut;
    if (options.numClasses !== undefined && (row === leftOut || column === leftOut)) {
      const [name, labels] =
        row === leftOut ? ['trueLabels', trueLabels] : ['predictedLabels', predictedLabels];
      throw new OptionError(
        `${name}[${sample}]: expected a class index from 0 to ${leftOut - 1} (numClasses: ${leftOut}), ` +
          `received ${show(labels[sample])}. Raise numClasses or correct the label.`,
      );
    }
    ((counts[row] as number[])[column] as number)++;
  }
  return { classes, counts };
}
