import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import {
  countLabels,
  LABEL_OPTIONS,
  type LabelArray,
  type LabelCounts,
  type LabelOptions,
  show,
  showAll,
} from '../labels';

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
 * @throws {@link OptionError} when an option is unknown, when a label is no name or integer or is out of range, when names meet integers, when
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
  checkOptionNames('confusionMatrix', options, { ...LABEL_OPTIONS, normalize: true });
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

/**
 * What each count of a confusion matrix is divided by: `'true'`, the samples of its true class (its row), so that the
 * diagonal holds recalls; `'pred'`, the predictions of its class (its column), so that the diagonal holds precisions;
 * `'all'`, all counts; `null`, nothing.
 */
export type Normalize = 'true' | 'pred' | 'all' | null;

/** Divides counts [classes, classes]; 0/0 is 0, as in scikit-learn. */
export function normalizeCounts(counts: readonly (readonly number[])[], normalize: Normalize): number[][] {
  if (normalize === null) return counts.map((row) => [...row]);
  if (normalize !== 'true' && normalize !== 'pred' && normalize !== 'all') {
    throw new OptionError(`normalize: expected 'true', 'pred', 'all' or null, received ${show(normalize)}.`);
  }
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const rows = counts.map(sum);
  const columns = counts.map((_, column) => sum(counts.map((row) => row[column] as number)));
  const all = sum(rows);
  const totalOf = (row: number, column: number) =>
    (normalize === 'true' ? rows[row] : normalize === 'pred' ? columns[column] : all) as number;
  return counts.map((row, rowIndex) =>
    row.map((count, columnIndex) => (count === 0 ? 0 : count / totalOf(rowIndex, columnIndex))),
  );
}
