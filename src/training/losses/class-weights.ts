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
 * Weights that make every class count the same: posts / (classes * posts of the class).
 *
 * @param labels class indices; a class without posts gets weight 0
 * @returns [classes]
 * @see King and Zeng 2001, "Logistic Regression in Rare Events Data"; scikit-learn's `class_weight='balanced'`
 */
export function balancedClassWeights(labels: Int32Array): number[] {
  const counts = SENTIMENT_LABELS.map((_, label) => labels.filter((value) => value === label).length);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count > 0 ? labels.length / (present * count) : 0));
}
