import { OptionError } from '../../errors';
import { SENTIMENT_LABELS } from '../../types';

/** Refuses class weights of another number than `classes` (when it is known), or that are negative or not finite. */
export function checkClassWeights(where: string, classWeights: ArrayLike<number>, classes?: number): void {
  if (classes !== undefined && classWeights.length !== classes) {
    throw new OptionError(
      `${where}: expected a weight for each of the ${classes} classes, received ${classWeights.length} weights.`,
    );
  }
  const weights = Array.from(classWeights);
  const wrong = weights.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (wrong >= 0) {
    throw new OptionError(
      `${where}: expected classWeights to be finite and at least 0, received ${weights[wrong]} for class ${wrong}.`,
    );
  }
  if (!weights.some((weight) => weight > 0)) {
    throw new OptionError(`${where}: expected a class weight above 0, received [${weights}].`);
  }
}

/**
 * Weights that make every class count the same: posts / (classes * posts of the class), classes without posts aside.
 *
 * @param labels class indices; a class without posts gets weight 0
 * @param numClasses number of classes
 * @returns [classes]
 * @throws {@link OptionError} when a label is none of these classes
 * @see King and Zeng 2001, "Logistic Regression in Rare Events Data"; scikit-learn's `class_weight='balanced'`
 */
export function balancedClassWeights(
  labels: Int32Array,
  numClasses: number = SENTIMENT_LABELS.length,
): number[] {
  const counts = countClasses('balancedClassWeights', labels, numClasses);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count > 0 ? labels.length / (present * count) : 0));
}

/**
 * How many posts each class has.
 *
 * @param where what messages call the function
 * @returns [classes]
 * @throws {@link OptionError} when a label is none of these classes, or `numClasses` no number of classes
 */
export function countClasses(where: string, labels: Int32Array, numClasses: number): number[] {
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw new OptionError(
      `${where}: expected numClasses to be an integer of at least 1, received ${numClasses}.`,
    );
  }
  const counts = new Array<number>(numClasses).fill(0);
  for (const [post, label] of labels.entries()) {
    if (counts[label] === undefined) {
      throw new OptionError(
        `${where}: expected class indices from 0 to ${numClasses - 1}, received ${label} at ${post}. Pass the number of classes.`,
      );
    }
    counts[label]++;
  }
  return counts;
}
