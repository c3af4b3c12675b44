import { type ClassTally, classTallies } from './class-tallies';
import { countLabels } from './count-labels';
import type { LabelArray } from './label-options';

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
