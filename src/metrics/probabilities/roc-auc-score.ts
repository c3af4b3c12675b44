import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import type { Average } from '../classification/class-scores';
import { type LabelArray, show, showAll } from '../labels';
import {
  binaryTargets,
  checkNumbers,
  checkProbabilities,
  classIndices,
  isRows,
  type ProbabilityOptions,
} from './probabilities';

/** Options of {@link rocAucScore}. */
export interface RocAucOptions extends ProbabilityOptions {
  /**
   * How the areas of the classes become one; `'micro'` ranks all probabilities of all classes together; `null`: no
   * average. One number for each sample needs none.
   * @defaultValue `'macro'`
   */
  readonly average?: Average | null;
  /**
   * The class that scores higher, when there is one number for each sample.
   * @defaultValue `1` when the labels are 0 and 1, or -1 and 1; otherwise it must be given
   */
  readonly posLabel?: string | number;
}

/**
 * The area under the ROC curve, each class against the rest: 1 at best, 0.5 as by chance.
 *
 * It is the chance that a sample of the class gets a higher score than one of the rest; a tie counts half. Equal to
 * scikit-learn's `roc_auc_score` with `multi_class='ovr'`, with these differences: columns follow `labels` as given, in
 * any order; two columns are taken, too; and where scikit-learn warns and returns NaN, because a class has no samples or no
 * rest, there is an error, except in the list of `average: null`, which holds NaN for that class. `'weighted'` skips
 * classes without samples, as scikit-learn does.
 *
 * @param trueLabels [samples]: column indices, or with `labels` any labels; with one number for each sample, two classes
 * @param scores [samples, classes]: rows of probabilities in [0, 1] that sum to 1; or [samples]: finite scores of
 * `posLabel`, such as probabilities or logits
 * @returns one number, or with `average: null` and rows [classes]
 * @throws {@link ShapeError} when there are no samples, the lengths differ or rows are ragged
 * @throws {@link OptionError} when an option is unknown, when a row is not a probability distribution, when a score is not finite, when a label has
 * no column or is a third class, when an option has no such value, or when a class that counts has no samples or no rest
 * @example
 * ```ts
 * import { rocAucScore } from 'mvsa-fusion/metrics';
 *
 * console.log(rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])); // 0.75
 *
 * const probabilities = [
 *   [0.7, 0.2, 0.1],
 *   [0.3, 0.4, 0.3],
 *   [0.4, 0.1, 0.5],
 *   [0.2, 0.6, 0.2],
 * ];
 * console.log(rocAucScore([0, 1, 2, 0], probabilities)); // the mean of the next
 * console.log(rocAucScore([0, 1, 2, 0], probabilities, { average: null })); // [0.5, 0.667, 1]
 * ```
 * @see Fawcett 2006, "An Introduction to ROC Analysis"
 */
export function rocAucScore(
  trueLabels: LabelArray,
  scores: readonly ArrayLike<number>[],
  options: RocAucOptions & { readonly average: null },
): number[];
export function rocAucScore(
  trueLabels: LabelArray,
  scores: readonly ArrayLike<number>[] | ArrayLike<number>,
  options?: RocAucOptions & { readonly average?: Average },
): number;
export function rocAucScore(
  trueLabels: LabelArray,
  scores: readonly ArrayLike<number>[] | ArrayLike<number>,
  options: RocAucOptions = {},
): number | number[] {
  checkOptionNames('rocAucScore', options, { labels: true, average: true, posLabel: true });
  const { labels, average = 'macro', posLabel } = options;
  if (average !== null && average !== 'macro' && average !== 'micro' && average !== 'weighted') {
    throw new OptionError(
      `average: expected 'macro', 'micro', 'weighted' or null, received ${show(average)}.`,
    );
  }
  if (!isRows(scores)) {
    if (labels !== undefined || average === null) {
      const option = average === null ? 'average: null' : 'labels';
      throw new OptionError(
        `${option}: expected rows of probabilities, received one number for each sample.`,
      );
    }
    checkNumbers('scores', trueLabels, scores, [-Number.MAX_VALUE, Number.MAX_VALUE]);
    return defined(binaryAuc(binaryTargets(trueLabels, posLabel), scores));
  }
  if (posLabel !== undefined) {
    throw new OptionError('posLabel: expected none with rows of probabilities. Pass labels instead.');
  }
  const numClasses = checkProbabilities(trueLabels, scores);
  const indices = classIndices(trueLabels, numClasses, labels);
  if (average === 'micro') return microAuc(indices, scores, numClasses);

  const areas = Array.from({ length: numClasses }, (_, column) => columnAuc(indices, scores, column));
  if (average === null) return areas;
  const supports = areas.map((_, column) =>
    indices.reduce((count, index) => count + (index === column ? 1 : 0), 0),
  );
  const weights = average === 'weighted' ? supports : supports.map(() => 1);
  const absent = supports.flatMap((support, column) => (support === 0 ? [labels?.[column] ?? column] : []));
  const sum = areas.reduce((total, area, column) => {
    const weight = weights[column] as number;
    return weight === 0 ? total : total + weight * area;
  }, 0);
  return defined(sum / weights.reduce((total, weight) => total + weight, 0), absent);
}

/** The area of one class against the rest. */
function columnAuc(indices: Int32Array, scores: readonly ArrayLike<number>[], column: number): number {
  const targets = new Uint8Array(indices.length);
  const values = new Float64Array(indices.length);
  for (const [sample, row] of scores.entries()) {
    targets[sample] = indices[sample] === column ? 1 : 0;
    values[sample] = row[column] as number;
  }
  return binaryAuc(targets, values);
}

/** The area of all probabilities together, each against whether its class is the true one. */
function microAuc(indices: Int32Array, scores: readonly ArrayLike<number>[], numClasses: number): number {
  const targets = new Uint8Array(indices.length * numClasses);
  const flat = new Float64Array(targets.length);
  for (const [sample, row] of scores.entries()) {
    targets[sample * numClasses + (indices[sample] as number)] = 1;
    flat.set(row, sample * numClasses);
  }
  return binaryAuc(targets, flat);
}

function defined(area: number, absent: readonly (string | number)[] = []): number {
  if (Number.isNaN(area)) {
    const received = absent.length > 0 ? `none of ${showAll(absent)}` : 'one class only';
    throw new OptionError(
      `trueLabels: expected samples of every class, received ${received}; the area under the curve is not defined. ` +
        "Average with 'weighted' to skip classes without samples, or with null to get NaN for them.",
    );
  }
  return area;
}

/**
 * The area under the ROC curve: the share of pairs of a positive and a negative in which the positive scores higher; a tie
 * counts half. NaN without positives or without negatives.
 *
 * @param targets [samples], 1 for positives and 0 for negatives
 * @param scores [samples], finite
 */
function binaryAuc(targets: ArrayLike<number>, scores: ArrayLike<number>): number {
  const split = (target: number) => {
    const taken = new Float64Array(scores.length);
    let count = 0;
    for (let sample = 0; sample < scores.length; sample++) {
      if (targets[sample] === target) taken[count++] = scores[sample] as number;
    }
    return taken.subarray(0, count).sort();
  };
  const [positives, negatives] = [split(1), split(0)];
  // Counting half pairs keeps every number whole, and so exact.
  let halfPairs = 0;
  let below = 0;
  let notAbove = 0;
  for (const score of positives) {
    while (below < negatives.length && (negatives[below] as number) < score) below++;
    while (notAbove < negatives.length && (negatives[notAbove] as number) <= score) notAbove++;
    halfPairs += below + notAbove;
  }
  return halfPairs / (2 * positives.length * negatives.length);
}
