import { SENTIMENT_LABELS, type SentimentLabel } from '../types';
import type { ExampleLabels } from './labelled-examples';

/** One post's labels by name, such as an `MvsaPair`. */
export interface NamedLabels {
  /** The sentiment of the post. */
  readonly label: SentimentLabel;
  /** The sentiment of the text alone. */
  readonly textLabel: SentimentLabel;
  /** The sentiment of the image alone. */
  readonly imageLabel: SentimentLabel;
}

/**
 * Turns label names into class indices, in the order of `SENTIMENT_LABELS`.
 *
 * @example
 * ```ts
 * import { encodeLabels } from 'mvsa-fusion/data';
 *
 * const { label } = encodeLabels([{ label: 'negative', textLabel: 'neutral', imageLabel: 'negative' }]);
 * console.log(label); // Int32Array [2]
 * ```
 */
export function encodeLabels(posts: readonly NamedLabels[]): Required<ExampleLabels> {
  const indices = (name: keyof NamedLabels) =>
    Int32Array.from(posts, (post) => SENTIMENT_LABELS.indexOf(post[name]));
  return { label: indices('label'), textLabel: indices('textLabel'), imageLabel: indices('imageLabel') };
}
