import { countLabels, type LabelArray, type LabelCounts } from '../labels';
import { classTallies, totalTally } from './class-scores';

/**
 * Matthews' correlation of true and predicted classes: 1 at best, 0 as by chance, down to -1 for two classes.
 *
 * Equal to scikit-learn's `matthews_corrcoef`, also for more than two classes (Gorodkin's R_K). It is 0 where it is 0/0:
 * when all true labels, or all predicted ones, are one class.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer, or when names meet integers
 * @example
 * ```ts
 * import { matthewsCorrcoef } from 'mvsa-fusion/metrics';
 *
 * console.log(matthewsCorrcoef([1, 1, 1, -1], [1, -1, 1, 1])); // -0.333
 * ```
 * @see Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient"
 */
export function matthewsCorrcoef(trueLabels: LabelArray, predictedLabels: LabelArray): number {
  return matthewsCorrelation(countLabels(trueLabels, predictedLabels));
}

/** The correlation of counts that leave no class out; 0 for 0/0. */
export function matthewsCorrelation(counted: LabelCounts): number {
  const tallies = classTallies(counted);
  const { correct, support: samples } = totalTally(tallies);
  const sum = (term: (tally: (typeof tallies)[number]) => number) =>
    tallies.reduce((total, tally) => total + term(tally), 0);
  const together = correct * samples - sum(({ predicted, support }) => predicted * support);
  const ofPredicted = samples ** 2 - sum(({ predicted }) => predicted ** 2);
  const ofTrue = samples ** 2 - sum(({ support }) => support ** 2);
  return ofPredicted === 0 || ofTrue === 0 ? 0 : together / Math.sqrt(ofPredicted * ofTrue);
}
