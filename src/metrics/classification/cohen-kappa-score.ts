import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { countLabels, LABEL_OPTIONS, type LabelArray, type LabelOptions, show } from '../labels';
import { countsAmongClasses } from './confusion-matrix';

/**
 * How much a confusion counts: `null`, each the same; `'linear'`, by the distance of the two classes in their order;
 * `'quadratic'`, by its square. The last two suit ordered classes, such as negative, neutral, positive.
 */
export type KappaWeights = 'linear' | 'quadratic' | null;

/** Options of {@link cohenKappaScore}. */
export interface CohenKappaOptions extends LabelOptions {
  /**
   * How much a confusion counts; weights follow the order of `labels`.
   * @defaultValue `null`: each the same
   */
  readonly weights?: KappaWeights;
  /**
   * The result where kappa is 0/0, as when all labels of both arrays are one class: `NaN`, or a number in [-1, 1].
   * @defaultValue `NaN`, as in scikit-learn
   */
  readonly replaceUndefinedBy?: number;
}

/**
 * Cohen's kappa: the agreement beyond chance, 1 at best, 0 as by chance, down to -1.
 *
 * Equal to scikit-learn's `cohen_kappa_score`. Swapping the two arrays changes nothing, so it also serves for two
 * annotators. With `labels`, samples with a class left out are not counted.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when an option is unknown, when a label is no name or integer or is out of range, when names meet integers, when
 * `labels` holds a class twice or no true class at all, or when an option has no such value
 * @example
 * ```ts
 * import { cohenKappaScore } from 'mvsa-fusion/metrics';
 *
 * const textLabels = ['negative', 'positive', 'negative', 'neutral', 'positive'];
 * const imageLabels = ['negative', 'positive', 'negative', 'neutral', 'negative'];
 * console.log(cohenKappaScore(textLabels, imageLabels)); // 0.6875
 *
 * const labels = ['positive', 'neutral', 'negative'];
 * console.log(cohenKappaScore(textLabels, imageLabels, { labels, weights: 'linear' }));
 * ```
 * @see Cohen 1960, "A Coefficient of Agreement for Nominal Scales"; Cohen 1968 for the weights
 */
export function cohenKappaScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: CohenKappaOptions = {},
): number {
  checkOptionNames('cohenKappaScore', options, {
    ...LABEL_OPTIONS,
    weights: true,
    replaceUndefinedBy: true,
  });
  const { weights = null, replaceUndefinedBy = Number.NaN } = options;
  if (weights !== null && weights !== 'linear' && weights !== 'quadratic') {
    throw new OptionError(`weights: expected 'linear', 'quadratic' or null, received ${show(weights)}.`);
  }
  if (!Number.isNaN(replaceUndefinedBy) && !(replaceUndefinedBy >= -1 && replaceUndefinedBy <= 1)) {
    throw new OptionError(
      `replaceUndefinedBy: expected NaN or a number in [-1, 1], received ${show(replaceUndefinedBy)}.`,
    );
  }
  const kappa = cohenKappa(countsAmongClasses(countLabels(trueLabels, predictedLabels, options)), weights);
  return Number.isNaN(kappa) ? replaceUndefinedBy : kappa;
}

/** Kappa of counts [classes, classes]; NaN for 0/0. */
export function cohenKappa(counts: readonly (readonly number[])[], weights: KappaWeights): number {
  const rowSums = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columnSums = counts.map((_, column) => counts.reduce((sum, row) => sum + (row[column] as number), 0));
  const total = rowSums.reduce((sum, count) => sum + count, 0);
  let observed = 0;
  let expected = 0;
  for (const [row, rowCounts] of counts.entries()) {
    for (const [column, count] of rowCounts.entries()) {
      const distance = Math.abs(row - column);
      const weight = weights === null ? Math.sign(distance) : weights === 'linear' ? distance : distance ** 2;
      observed += weight * count;
      expected += (weight * (rowSums[row] as number) * (columnSums[column] as number)) / total;
    }
  }
  // Without samples, or without any two classes, there is nothing to disagree about: 1 - 0/0.
  return expected > 0 ? 1 - observed / expected : Number.NaN;
}
