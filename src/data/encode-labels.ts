import { OptionError } from '../errors';
import { SENTIMENT_LABELS, type SentimentLabel } from '../types';
import type { ExampleLabels } from './labelled-examples';

/** One post's labels by name, such as an `MvsaPair`. */
export interface NamedLabels {
  /** The post's id, for messages. */
  readonly id?: string;
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
 * @throws {@link OptionError} for a name that is none: names the post.
 * @example
 * ```ts
 * import { encodeLabels } from 'mvsa-fusion/data';
 *
 * const { label } = encodeLabels([{ label: 'negative', textLabel: 'neutral', imageLabel: 'negative' }]);
 * console.log(label); // Int32Array [2]
 * ```
 */
export function encodeLabels(posts: readonly NamedLabels[]): Required<ExampleLabels> {
  const indices = (name: 'label' | 'textLabel' | 'imageLabel') =>
    Int32Array.from(posts, (post, position) => {
      const index = SENTIMENT_LABELS.indexOf(post[name]);
      if (index >= 0) return index;
      throw new OptionError(
        `post ${post.id ?? position}: expected ${name} among ${SENTIMENT_LABELS.join(', ')}, received ${JSON.stringify(post[name])}.`,
      );
    });
  return { label: indices('label'), textLabel: indices('textLabel'), imageLabel: indices('imageLabel') };
}
