import { checkLabelPairs } from './check-labels';
import type { LabelArray } from './label-options';

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
