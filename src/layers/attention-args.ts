import type { serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Constraint, ConstraintIdentifier } from '@tensorflow/tfjs-layers/dist/constraints.js';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import type { Initializer, InitializerIdentifier } from '@tensorflow/tfjs-layers/dist/initializers.js';
import type { Regularizer, RegularizerIdentifier } from '@tensorflow/tfjs-layers/dist/regularizers.js';

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
   * Say so, once, when the layer is built for a context of a single position: its output then does not depend on the query. Turn it
   * off where the query is added to the output, which keeps it alive.
   * @defaultValue true
   */
  readonly warnOfOneKey?: boolean;
  /**
   * Decides the initial kernels and the dropout masks.
   * @defaultValue drawn at random
   */
  readonly seed?: number;
}

/** How kernels and biases start, are penalised and are constrained, in the words of tfjs' dense layer. */
export interface WeightOptions {
  /**
   * How kernels start.
   * @defaultValue 'glorotUniform', as in Keras and in torch's attention
   */
  readonly kernelInitializer?: InitializerIdentifier | Initializer;
  /**
   * How biases start.
   * @defaultValue 'zeros'
   */
  readonly biasInitializer?: InitializerIdentifier | Initializer;
  /**
   * Penalty on kernels.
   * @defaultValue none
   */
  readonly kernelRegularizer?: RegularizerIdentifier | Regularizer;
  /**
   * Penalty on biases.
   * @defaultValue none
   */
  readonly biasRegularizer?: RegularizerIdentifier | Regularizer;
  /**
   * Constraint on kernels.
   * @defaultValue none
   */
  readonly kernelConstraint?: ConstraintIdentifier | Constraint;
  /**
   * Constraint on biases.
   * @defaultValue none
   */
  readonly biasConstraint?: ConstraintIdentifier | Constraint;
}

/** {@link WeightOptions} as objects that `addWeight` takes, and as plain data for `getConfig`. */
export interface ResolvedWeightOptions {
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer;
  readonly biasRegularizer: Regularizer;
  readonly kernelConstraint: Constraint;
  readonly biasConstraint: Constraint;
  readonly config: serialization.ConfigDict;
}

const WEIGHT_OPTIONS: Readonly<Record<keyof WeightOptions, true>> = {
  kernelInitializer: true,
  biasInitializer: true,
  kernelRegularizer: true,
  biasRegularizer: true,
  kernelConstraint: true,
  biasConstraint: true,
};
const NAMES = Object.keys(WEIGHT_OPTIONS) as (keyof WeightOptions)[];

/** All arguments of `VisionGuidedCrossAttention` but those of any layer. */
export const ATTENTION_ARGS: Readonly<
  Record<Exclude<keyof VisionGuidedCrossAttentionArgs, keyof LayerArgs>, true>
> = {
  numHeads: true,
  keyDim: true,
  outputDim: true,
  dropout: true,
  useBias: true,
  returnAttentionScores: true,
  warnOfOneKey: true,
  seed: true,
  ...WEIGHT_OPTIONS,
};

/**
 * Turns names, objects and configs into what `addWeight` takes.
 *
 * tfjs does not export its look-up of initializers, regularizers and constraints; a dense layer that is never built
 * does the look-up and the serialisation for us, so every spelling that tfjs accepts works here too.
 */
export function resolveWeightOptions(options: WeightOptions): ResolvedWeightOptions {
  const given = NAMES.filter((name) => options[name] != null).map((name) => [name, options[name]]);
  const dense = layers.dense({
    units: 1,
    kernelInitializer: 'glorotUniform',
    ...Object.fromEntries(given),
    name: 'weight_options',
  });
  const fields = dense as unknown as Omit<ResolvedWeightOptions, 'config'>;
  const fullConfig = dense.getConfig();
  return {
    kernelInitializer: fields.kernelInitializer,
    biasInitializer: fields.biasInitializer,
    kernelRegularizer: fields.kernelRegularizer,
    biasRegularizer: fields.biasRegularizer,
    kernelConstraint: fields.kernelConstraint,
    biasConstraint: fields.biasConstraint,
    config: Object.fromEntries(NAMES.map((name) => [name, fullConfig[name]])) as serialization.ConfigDict,
  };
}
