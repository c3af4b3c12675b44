import { SENTIMENT_LABELS } from '../types';

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
