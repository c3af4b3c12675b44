import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '../../src/random';

/** A tensor of standard normal numbers that repeat for a seed. */
export function noise<S extends tf.Tensor = tf.Tensor>(shape: readonly number[], seed = 1): S {
  const { normal } = createRandom(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(Float32Array.from({ length: size }, normal), [...shape], 'float32') as S;
}
