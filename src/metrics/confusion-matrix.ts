import { OptionError } from '../errors';
import { showAll } from './check-labels';
import { countLabels } from './count-labels';
import type { LabelArray, LabelOptions } from './label-options';

/**
 * Counts how samples of each true class were predicted: rows are true classes, columns predicted.
 *
 * Equal to scikit-learn's `confusion_matrix`. With `labels`, samples whose true or predicted class is left out are not
 * counted.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @returns [classes, classes], whole numbers
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer or is out of range, when names meet integers, or when
 * `labels` holds a class twice or no true class at all
 * @example
 * ```ts
 * import { confusionMatrix } from 'mvsa-fusion/metrics';
 *
 * const matrix = confusionMatrix([0, 0, 1, 2], [0, 1, 1, 2], { numClasses: 3 });
 * console.log(matrix); // [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
 * ```
 */
export function confusionMatrix(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: LabelOptions = {},
): number[][] {
  const { classes, counts } = countLabels(trueLabels, predictedLabels, options);
  const rows = counts.slice(0, -1);
  if (rows.every((row) => row.every((count) => count === 0))) {
    throw new OptionError(
      `labels: expected at least one that occurs in trueLabels, received ${showAll(classes)}. Correct the labels.`,
    );
  }
  return rows.map((row) => row.slice(0, -1));
}
