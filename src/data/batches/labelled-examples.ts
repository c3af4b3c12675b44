import type { NamedTensorMap } from '@tensorflow/tfjs-core';
import { OptionError } from '../../errors';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../types';

/** Class indices of a data set's posts, in the order of `SENTIMENT_LABELS`. */
export interface ExampleLabels {
  /** The merged label, which the model predicts. */
  readonly label: Int32Array;
  /** The text's own label, for an auxiliary loss. */
  readonly textLabel?: Int32Array;
  /** The image's own label, for an auxiliary loss. */
  readonly imageLabel?: Int32Array;
}

/**
 * Posts made ready for a model, with their labels: what `train` and `evaluate` read, from any store that can give a batch by index.
 * What `mvsaBatches` makes is none: that is for tfjs' own `fitDataset`.
 */
export interface LabelledExamples {
  /** Number of posts. */
  readonly size: number;
  /** Class indices, one for each post. */
  readonly labels: ExampleLabels;
  /**
   * The named inputs of some posts, each [indices.length, ...shape]; the caller disposes them.
   *
   * @param indices positions in [0, size)
   * @param inputNames the inputs wanted
   */
  batch(indices: readonly number[], inputNames: readonly string[]): NamedTensorMap | Promise<NamedTensorMap>;
}

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
