import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import type { WeightOptions } from './weight-options';

/** Arguments of `VisionGuidedCrossAttention`. */
export interface VisionGuidedCrossAttentionArgs extends LayerArgs, WeightOptions {
  /** Number of attention heads, at least 1. */
  readonly numHeads: number;
  /**
   * Width of each head's queries, keys and values.
   * @defaultValue outputDim / numHeads (Vaswani et al. 2017, section 3.2.2)
   */
  readonly keyDim?: number;
  /**
   * Width of the output.
   * @defaultValue the last axis of the query
   */
  readonly outputDim?: number;
  /**
   * Share of attention scores dropped in training, in [0, 1).
   * @defaultValue 0
   */
  readonly dropout?: number;
  /**
   * Whether the four projections add a bias.
   * @defaultValue true
   */
  readonly useBias?: boolean;
  /**
   * Also return the attention scores after softmax, as Keras' `MultiHeadAttention` does.
   * @defaultValue false
   */
  readonly returnAttentionScores?: boolean;
  /**
   * Decides the initial kernels and the dropout masks.
   * @defaultValue drawn at random
   */
  readonly seed?: number;
}
