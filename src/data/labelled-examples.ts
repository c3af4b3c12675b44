import type { NamedTensorMap } from '@tensorflow/tfjs-core';

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
 * Posts with labels, as `train` and `evaluate` read them: any store that can give a batch by index. What `mvsaBatches` makes is
 * none: that is for tfjs' own `fitDataset`.
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
