import type { SentimentLabel } from '../../types';

/**
 * Merges the label of a post's text and that of its image into one label of the post.
 *
 * Equal labels stay; neutral yields to a polar label; positive against negative has no answer.
 *
 * @returns the post's label, or `null` for a conflict, which drops the post
 * @see Xu and Mao 2017, "MultiSentiNet: A Deep Semantic Network for Multimodal Sentiment Analysis"
 */
export function mergeLabels(textLabel: SentimentLabel, imageLabel: SentimentLabel): SentimentLabel | null {
  if (textLabel === imageLabel || imageLabel === 'neutral') return textLabel;
  return textLabel === 'neutral' ? imageLabel : null;
}
