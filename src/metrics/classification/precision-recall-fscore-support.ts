import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { countLabels, type LabelArray, show } from '../labels';
import {
  type AverageScoreOptions,
  type AverageScores,
  averageScores,
  type ClassScoreOptions,
  type ClassScores,
  checkZeroDivision,
  classScores,
  classTallies,
  SCORE_OPTIONS,
  type ScoreOptions,
} from './class-scores';

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
 * @throws {@link OptionError} when an option is unknown, when a label is no name or integer or is out of range, when names meet integers, when
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
  return computeScores('precisionRecallFscoreSupport', trueLabels, predictedLabels, {
    average: null,
    ...options,
  });
}

/**
 * The harmonic mean of precision and recall, for each class or averaged.
 *
 * Averaged, it is the mean of the classes' F1, not the F1 of mean precision and mean recall. Equal to scikit-learn's
 * `f1_score`.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @param options `average` has no default: scikit-learn's, `'binary'`, fits two classes only
 * @returns one number, or with `average: null` [classes]
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when an option is unknown, when a label is no name or integer or is out of range, when names meet integers, when
 * `labels` holds a class twice, or when `average` or `zeroDivision` has no such value
 * @example
 * ```ts
 * import { f1Score } from 'mvsa-fusion/metrics';
 *
 * const trueLabels = [0, 0, 1, 2];
 * const predictedLabels = [0, 1, 1, 1];
 * console.log(f1Score(trueLabels, predictedLabels, { numClasses: 3, average: null })); // [0.667, 0.5, 0]
 * console.log(f1Score(trueLabels, predictedLabels, { numClasses: 3, average: 'macro' })); // 0.389
 * ```
 */
export function f1Score(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions,
): number;
export function f1Score(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: ClassScoreOptions,
): number[];
export function f1Score(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions | ClassScoreOptions,
): number | number[] {
  return computeScores('f1Score', trueLabels, predictedLabels, options).f1;
}

/**
 * The share of the predictions of a class that are true, for each class or averaged.
 *
 * Equal to scikit-learn's `precision_score`.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @param options `average` has no default: scikit-learn's, `'binary'`, fits two classes only
 * @returns one number, or with `average: null` [classes]
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when an option is unknown, when a label is no name or integer or is out of range, when names meet integers, when
 * `labels` holds a class twice, or when `average` or `zeroDivision` has no such value
 * @example
 * ```ts
 * import { precisionScore } from 'mvsa-fusion/metrics';
 *
 * const trueLabels = [0, 0, 1, 2];
 * const predictedLabels = [0, 1, 1, 1];
 * console.log(precisionScore(trueLabels, predictedLabels, { numClasses: 3, average: null })); // [1, 0.333, 0]
 * console.log(precisionScore(trueLabels, predictedLabels, { numClasses: 3, average: 'macro' })); // 0.444
 * ```
 */
export function precisionScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions,
): number;
export function precisionScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: ClassScoreOptions,
): number[];
export function precisionScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions | ClassScoreOptions,
): number | number[] {
  return computeScores('precisionScore', trueLabels, predictedLabels, options).precision;
}

/**
 * The share of the samples of a class that were found, for each class or averaged.
 *
 * Equal to scikit-learn's `recall_score`.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @param options `average` has no default: scikit-learn's, `'binary'`, fits two classes only
 * @returns one number, or with `average: null` [classes]
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when an option is unknown, when a label is no name or integer or is out of range, when names meet integers, when
 * `labels` holds a class twice, or when `average` or `zeroDivision` has no such value
 * @example
 * ```ts
 * import { recallScore } from 'mvsa-fusion/metrics';
 *
 * const trueLabels = [0, 0, 1, 2];
 * const predictedLabels = [0, 1, 1, 1];
 * console.log(recallScore(trueLabels, predictedLabels, { numClasses: 3, average: null })); // [0.5, 1, 0]
 * console.log(recallScore(trueLabels, predictedLabels, { numClasses: 3, average: 'macro' })); // 0.5
 * ```
 */
export function recallScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions,
): number;
export function recallScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: ClassScoreOptions,
): number[];
export function recallScore(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions | ClassScoreOptions,
): number | number[] {
  return computeScores('recallScore', trueLabels, predictedLabels, options).recall;
}

/** Checks labels and options, counts, and divides: what all scores per class have in common. */
function computeScores(
  where: string,
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: AverageScoreOptions | ClassScoreOptions,
): AverageScores | ClassScores {
  // Plain JavaScript may leave the options out.
  const { average, zeroDivision = 0 } = options ?? {};
  checkOptionNames(where, options ?? {}, { ...SCORE_OPTIONS, average: true });
  if (average !== null && average !== 'macro' && average !== 'micro' && average !== 'weighted') {
    throw new OptionError(
      `average: expected 'macro', 'micro', 'weighted' or null, received ${show(average)}. ` +
        "For scikit-learn's 'binary', pass labels: [the positive class] and average: null.",
    );
  }
  checkZeroDivision(zeroDivision);
  const tallies = classTallies(countLabels(trueLabels, predictedLabels, options));
  return average === null
    ? classScores(tallies, zeroDivision)
    : averageScores(tallies, average, zeroDivision);
}
