import { OptionError } from '../errors';
import { showAll } from './check-labels';
import { countLabels, type LabelCounts } from './count-labels';
import type { LabelArray, LabelOptions } from './label-options';
import { type Normalize, normalizeCounts } from './normalize-counts';

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions extends LabelOptions {
  /**
   * What the counts are divided by. A class without samples, or without predictions, keeps a row, or column, of 0.
   * @defaultValue `null`: whole numbers
   */
  readonly normalize?: Normalize;
}

/**
 * Counts how samples of each true class were predicted: rows are true classes, columns predicted.
 *
 * Equal to scikit-learn's `confusion_matrix`. With `labels`, samples whose true or predicted class is left out are not
 * counted.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @returns [classes, classes], whole numbers or, with `normalize`, shares in [0, 1]
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer or is out of range, when names meet integers, when
 * `labels` holds a class twice or no true class at all, or when `normalize` has no such value
 * @example
 * ```ts
 * import { confusionMatrix } from 'mvsa-fusion/metrics';
 *
 * const matrix = confusionMatrix([0, 0, 1, 2], [0, 1, 1, 2], { numClasses: 3 });
 * console.log(matrix); // [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
 *
 * const shares = confusionMatrix([0, 0, 1, 2], [0, 1, 1, 2], { numClasses: 3, normalize: 'true' });
 * console.log(shares[0]); // [0.5, 0.5, 0]
 * ```
 */
export function confusionMatrix(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: ConfusionMatrixOptions = {},
): number[][] {
  const counted = countLabels(trueLabels, predictedLabels, options);
  return normalizeCounts(countsAmongClasses(counted), options.normalize ?? null);
}

/** The counts without the classes left out; refuses classes of which none is true. */
export function countsAmongClasses({ classes, counts }: LabelCounts): number[][] {
  const rows = counts.slice(0, -1);
  if (rows.every((row) => row.every((count) => count === 0))) {
    throw new OptionError(
      `labels: expected at least one that occurs in trueLabels, received ${showAll(classes)}. Correct the labels.`,
    );
  }
  return rows.map((row) => row.slice(0, -1));
}
