import type * as tf from '@tensorflow/tfjs-core';

/** One weight to move, and how. */
export interface ParameterUpdate {
  /** What the optimizer knows the weight by, from step to step and from run to run. */
  readonly name: string;
  /** The weight; float32. */
  readonly variable: tf.Variable;
  /** The loss's gradient with respect to the weight, of the same shape; stays the caller's. */
  readonly gradient: tf.Tensor;
  /** Learning rate of this step, at least 0. */
  readonly learningRate: number;
  /** Weight decay of this step, at least 0. */
  readonly weightDecay: number;
}

/** A tensor as plain data. */
export interface StoredTensor {
  /** Lengths of its axes. */
  readonly shape: readonly number[];
  /** Its values, in row-major order. */
  readonly data: Float32Array;
}

/** What an optimizer remembers between steps, as plain data that can be stored. */
export interface OptimizerState {
  /** Updates so far of each weight, by its name. */
  readonly steps: Readonly<Record<string, number>>;
  /** What it remembers of each weight, by the weight's name, a slash and the tensor's own name. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
}

/** Moves weights along their gradients. */
export interface Optimizer {
  /**
   * Moves each weight by one step, and counts the step for it alone: a weight that joins later starts at 1.
   *
   * Checks everything before it moves anything.
   * @throws {@link OptionError} when a name comes twice, or a rate or decay is negative or not finite
   * @throws {@link ShapeError} when weight, gradient and what is remembered of them differ in shape
   */
  update(updates: readonly ParameterUpdate[]): void;
  /** Copies what the optimizer remembers. */
  state(): Promise<OptimizerState>;
  /**
   * Replaces what the optimizer remembers; its next updates are those, bit for bit, that the state's owner would have made on
   * the same backend.
   * @throws {@link OptionError} when the state is not one of this optimizer's: names the weight. Nothing is replaced then.
   */
  restore(state: OptimizerState): void;
  /** Forgets everything, and frees its tensors. */
  dispose(): void;
}
