import * as tf from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import { checkLayerArgs } from './layer-args';

/**
 * The mean over the real positions of a sequence.
 *
 * Inputs: `sequence` [batch, positions, dim] and `paddingMask` [batch, positions] with 1 = real, 0 = padding.
 * Output: [batch, dim]; a sequence of padding alone gives zeros.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { maskedAveragePooling } from 'mvsa-fusion/layers';
 *
 * const mask = tf.tensor2d([[1, 1, 0]]);
 * const pooled = maskedAveragePooling().apply([tf.ones([1, 3, 4]), mask]) as tf.Tensor;
 * console.log(pooled.shape); // [1, 4]
 * ```
 */
export class MaskedAveragePooling extends layers.Layer {
  /** The name under which tfjs saves and loads this layer. */
  static className = 'MvsaMaskedAveragePooling';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [sequence, paddingMask] = inputs as [tf.Tensor3D, tf.Tensor2D];
    return tf.tidy(() => {
      const mask = tf.cast(paddingMask, 'float32');
      const weights = tf.div(mask, tf.maximum(tf.sum(mask, 1, true), 1)); // [batch, positions]
      return tf.sum(tf.mul(sequence, tf.expandDims(weights, 2)), 1);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, , dim] = (inputShape as Shape[])[0] as Shape;
    return [batch ?? null, dim ?? null];
  }

  override computeMask(): tf.Tensor {
    return null as never;
  }
}

tf.serialization.registerClass(MaskedAveragePooling);

/**
 * Creates a {@link MaskedAveragePooling} layer.
 *
 * @throws {@link OptionError} when an argument is unknown.
 */
export function maskedAveragePooling(args: LayerArgs = {}): MaskedAveragePooling {
  checkLayerArgs('maskedAveragePooling', args, {});
  return new MaskedAveragePooling(args);
}
