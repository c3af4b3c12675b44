import type { AverageScores, ClassScores } from './class-scores';
import { computeScores } from './compute-scores';
import type { LabelArray } from './label-options';
import type { AverageScoreOptions, ScoreOptions } from './score-options';

/**
 * Precision, recall, F1 and support of each class, or with `average` precision, recall and F1 of all classes together.
 *
 * Precision is the share of the predictions of a class that are true, recall the share of its samples that were found,
 * F1 their harmonic mean. Equal to scikit-learn's `precision_recall_fscore_support`. With `labels`, confusions with
 * classes left out still count against those kept.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @param options `average` is `null` by default: a score for each class
 * @returns [classes] of each score, or one number of each
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer or is out of range, when names meet integers, when
 * `labels` holds a class twice, or when `average` or `zeroDivision` has no such value
 * @example
 * ```ts
 * import { precisionRecallFscoreSupport } from 'mvsa-fusion/metrics';
 *
 * const trueLabels = ['positive', 'positive', 'neutral', 'negative'];
 * const predictedLabels = ['positive', 'neutral', 'neutral', 'neutral'];
 * const labels = ['positive', 'neutral', 'negative'];
 *
 * const { recall, support } = precisionRecallFscoreSupport(trueLabels, predictedLabels, { labels });
 * console.log(recall, support); // [0.5, 1, 0] [2, 1, 1]
 *
 * const macro = precisionRecallFscoreSupport(trueLabels, predictedLabels, { labels, average: 'macro' });
 * console.log(macro.recall); // 0.5
 * ```
 */
export function precisionRecallFscoreSupport(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions,
): AverageScores;
export function precisionRecallFscoreSupport(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options?: ScoreOptions & { readonly average?: null },
): ClassScores;
export function precisionRecallFscoreSupport(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions | (ScoreOptions & { readonly average?: null }) = {},
): AverageScores | ClassScores {
  return computeScores(trueLabels, predictedLabels, { average: null, ...options });
}
