import * as tf from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import { checkLayerArgs } from './layer-args';
import { single } from './layer-inputs';

/**
 * Keeps the first position of a sequence, such as BERT's [CLS] token, and its axis.
 *
 * Input: [batch, positions, ...rest]. Output: [batch, 1, ...rest].
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { firstPosition } from 'mvsa-fusion/layers';
 *
 * const cls = firstPosition().apply(tf.ones([2, 64, 768])) as tf.Tensor;
 * console.log(cls.shape); // [2, 1, 768]
 * ```
 */
export class FirstPosition extends layers.Layer {
  /** The name under which tfjs saves and loads this layer. */
  static className = 'MvsaFirstPosition';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const sequence = single(inputs);
    const [batch, , ...rest] = sequence.shape;
    return tf.slice(
      sequence,
      sequence.shape.map(() => 0),
      [batch ?? 0, 1, ...rest],
    );
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, , ...rest] = inputShape as Shape;
    return [batch ?? null, 1, ...rest];
  }
}

tf.serialization.registerClass(FirstPosition);

/**
 * Creates a {@link FirstPosition} layer.
 *
 * @throws {@link OptionError} when an argument is unknown.
 */
export function firstPosition(args: LayerArgs = {}): FirstPosition {
  checkLayerArgs('firstPosition', args, {});
  return new FirstPosition(args);
}
