import type { NamedTensorMap } from '@tensorflow/tfjs-core';
import { OptionError } from '../../errors';
import { SENTIMENT_LABELS } from '../../types';

/** Class indices of posts, in the order of their class names. */
export interface ExampleLabels {
  /** The label of the post, which the model predicts. */
  readonly label: Int32Array;
  /** The text's own label, for an auxiliary loss. */
  readonly textLabel?: Int32Array;
  /** The image's own label, for an auxiliary loss. */
  readonly imageLabel?: Int32Array;
}

/**
 * Posts made ready for a model, with labels or without: what `train`, `evaluate` and `predictProbabilities` read, from any store that
 * can give a batch by index. What `mvsaBatches` makes is a view of such for tfjs' own `fitDataset`.
 */
export interface Examples {
  /** Number of posts. */
  readonly size: number;
  /** Class indices, one for each post; without them posts can be predicted, not trained or scored on. */
  readonly labels?: ExampleLabels;
  /**
   * What the class indices stand for.
   * @defaultValue positive, neutral, negative
   */
  readonly classNames?: readonly string[];
  /**
   * The named inputs of some posts, each [indices.length, ...shape], in the order asked; the caller disposes them.
   *
   * @param indices positions in [0, size)
   * @param inputNames the inputs wanted
   */
  batch(indices: readonly number[], inputNames: readonly string[]): NamedTensorMap | Promise<NamedTensorMap>;
}

/** {@link Examples} whose labels are known: what is trained and scored on. */
export interface LabelledExamples extends Examples {
  readonly labels: ExampleLabels;
}

/** One post's labels by name, such as an `MvsaPair` or a `LabelledPost`. */
export interface NamedLabels {
  /** The post's id, for messages. */
  readonly id?: string;
  /** The sentiment of the post. */
  readonly label: string;
  /** The sentiment of the text alone. */
  readonly textLabel?: string | undefined;
  /** The sentiment of the image alone. */
  readonly imageLabel?: string | undefined;
}

/**
 * Turns label names into class indices.
 *
 * @param posts the labels of the text or the image alone count where every post has one
 * @param classNames the names in the order of their indices; those of MVSA when absent
 * @throws {@link OptionError} for a name that is none: names the post.
 * @example
 * ```ts
 * import { encodeLabels } from 'mvsa-fusion/data';
 *
 * const { label } = encodeLabels([{ label: 'negative', textLabel: 'neutral', imageLabel: 'negative' }]);
 * console.log(label); // Int32Array [2]
 * console.log(encodeLabels([{ label: 'joy' }], ['anger', 'joy']).label); // Int32Array [1]
 * ```
 */
export function encodeLabels(
  posts: readonly NamedLabels[],
  classNames: readonly string[] = SENTIMENT_LABELS,
): ExampleLabels {
  const indexOf = new Map(classNames.map((name, index) => [name, index]));
  const indices = (kind: 'label' | 'textLabel' | 'imageLabel') =>
    Int32Array.from(posts, (post, position) => {
      const index = indexOf.get(post[kind] as string);
      if (index !== undefined) return index;
      throw new OptionError(
        `post ${post.id ?? position}: expected ${kind} among ${classNames.join(', ')}, received ${JSON.stringify(post[kind])}.`,
      );
    });
  const have = (kind: 'textLabel' | 'imageLabel') =>
    posts.length > 0 && posts.every((post) => post[kind] !== undefined);
  return {
    label: indices('label'),
    ...(have('textLabel') && { textLabel: indices('textLabel') }),
    ...(have('imageLabel') && { imageLabel: indices('imageLabel') }),
  };
}
