import { checkLabelPairs, countLabels, type LabelArray } from '../labels';
import { type ClassTally, classTallies } from './class-scores';

/**
 * The share of samples whose predicted label is the true one, in [0, 1].
 *
 * Equal to scikit-learn's `accuracy_score`.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer, or when names meet integers
 * @example
 * ```ts
 * import { accuracyScore } from 'mvsa-fusion/metrics';
 *
 * console.log(accuracyScore([0, 1, 2, 2], [0, 1, 2, 1])); // 0.75
 * ```
 */
export function accuracyScore(trueLabels: LabelArray, predictedLabels: LabelArray): number {
  checkLabelPairs(trueLabels, predictedLabels);
  let correct = 0;
  for (let sample = 0; sample < trueLabels.length; sample++) {
    if (trueLabels[sample] === predictedLabels[sample]) correct++;
  }
  return correct / trueLabels.length;
}

/**
 * The mean recall of the classes that occur among the true labels, in [0, 1].
 *
 * Unlike accuracy it counts a rare class as much as a common one: always predicting the same class scores one over the
 * number of classes. Equal to scikit-learn's `balanced_accuracy_score`.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer, or when names meet integers
 * @example
 * ```ts
 * import { balancedAccuracyScore } from 'mvsa-fusion/metrics';
 *
 * console.log(balancedAccuracyScore([0, 0, 0, 1], [0, 0, 0, 0])); // 0.5
 * ```
 * @see Brodersen et al. 2010, "The Balanced Accuracy and Its Posterior Distribution"
 */
export function balancedAccuracyScore(trueLabels: LabelArray, predictedLabels: LabelArray): number {
  return balancedAccuracy(classTallies(countLabels(trueLabels, predictedLabels)));
}

/** The mean recall of the classes with samples. */
export function balancedAccuracy(tallies: readonly ClassTally[]): number {
  const recalls = tallies
    .filter(({ support }) => support > 0)
    .map(({ correct, support }) => correct / support);
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}
