import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js';
import { checkLayerArgs } from './layer-args';
import { single } from './layer-inputs';
import { layerNormalization } from './ops/layer-normalization';

/** Arguments of {@link LayerNorm}. */
export interface LayerNormArgs extends LayerArgs {
  /** Added to the variance: 1e-5 in torch, 1e-12 in BERT, 1e-3 in Keras. */
  readonly epsilon: number;
}

/**
 * Layer normalisation over the last axis, with one fused gradient.
 *
 * Input and output: [batch, ...rest, channels]. Weights: gamma [channels], beta [channels]. The name is torch's, since
 * tfjs' own `LayerNormalization` is registered under the long one; that one composes tiled broadcasts, which the wasm
 * backend runs slowly.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { layerNorm } from 'mvsa-fusion/layers';
 *
 * const normalised = layerNorm({ epsilon: 1e-5 }).apply(tf.randomNormal([2, 3, 8])) as tf.Tensor;
 * console.log(normalised.shape); // [2, 3, 8]
 * ```
 * @see Ba et al. 2016, "Layer Normalization", section 3
 */
export class LayerNorm extends layers.Layer {
  /** The name under which tfjs saves and loads this layer. */
  static className = 'MvsaLayerNorm';

  private readonly epsilon: number;
  private gamma!: LayerVariable;
  private beta!: LayerVariable;

  constructor(args: LayerNormArgs) {
    super(args);
    this.epsilon = args.epsilon;
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    const channels = (inputShape as Shape).at(-1) as number;
    this.gamma = this.addWeight('gamma', [channels], 'float32', initializers.ones());
    this.beta = this.addWeight('beta', [channels], 'float32', initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return layerNormalization(single(inputs), this.gamma.read(), this.beta.read(), this.epsilon);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}

tf.serialization.registerClass(LayerNorm);

/**
 * Creates a {@link LayerNorm} layer.
 *
 * @throws {@link OptionError} when an argument is unknown.
 */
export function layerNorm(args: LayerNormArgs): LayerNorm {
  checkLayerArgs('layerNorm', args, { epsilon: true });
  return new LayerNorm(args);
}
