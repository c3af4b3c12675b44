import * as tf from '@tensorflow/tfjs-core';

/** The head that is measured: a fusion classifier of 986k weights. */
export const HEAD = {
  textDim: 768,
  imageDim: 2048,
  dim: 256,
  numHeads: 8,
  dropout: 0.1,
  numClasses: 3,
} as const;

/** What is trained on: the image's regions, and the tokens of each text in each batch. */
export interface HeadCase {
  readonly queries: number;
  readonly batches: readonly (readonly number[])[];
}

/** One batch as tensors, padded to its longest text. */
export interface HeadBatch {
  /** [batch, tokens, textDim] */
  readonly tokens: tf.Tensor3D;
  /** [batch, tokens]; 1 = real */
  readonly paddingMask: tf.Tensor2D;
  /** [batch, queries, imageDim] */
  readonly regions: tf.Tensor3D;
  /** Class indices. */
  readonly labels: Int32Array;
}

/** Makes the batches beforehand: what is timed is training alone. */
export function makeBatches({ queries, batches }: HeadCase): HeadBatch[] {
  return batches.map((lengths) => {
    const longest = Math.max(...lengths);
    const mask = lengths.map((length) => Array.from({ length: longest }, (_, at) => (at < length ? 1 : 0)));
    return {
      tokens: tf.randomNormal([lengths.length, longest, HEAD.textDim]),
      paddingMask: tf.tensor2d(mask, [lengths.length, longest], 'float32'),
      regions: tf.randomNormal([lengths.length, queries, HEAD.imageDim]),
      labels: Int32Array.from(lengths, (_, post) => post % HEAD.numClasses),
    };
  });
}

/** A head that is ready to train. */
export interface Trainee {
  /** One training step; resolves to the loss. */
  step(batch: number): Promise<number>;
  /** Trained numbers in all. */
  readonly weights: number;
}
