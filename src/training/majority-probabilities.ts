import { SENTIMENT_LABELS } from '../types';

/**
 * The prediction that needs no model: for every post, each class's share of the training posts.
 *
 * Scored, it is the majority-class baseline: its accuracy is the share of the most frequent training class.
 *
 * @param trainLabels class indices of the training posts
 * @param posts number of posts to predict
 * @returns [posts][3]
 */
export function majorityProbabilities(trainLabels: Int32Array, posts: number): number[][] {
  const shares = SENTIMENT_LABELS.map(
    (_, label) => trainLabels.filter((value) => value === label).length / trainLabels.length,
  );
  return Array.from({ length: posts }, () => shares);
}
