import * as tf from '@tensorflow/tfjs-core';
import { dropoutMask } from './dropout-mask';

/**
 * Inverted dropout whose mask is a function of the seed alone.
 *
 * tfjs' own dropout either draws from `Math.random` or, seeded, repeats one mask for ever; here the caller passes a
 * fresh seed for each step.
 *
 * @param x any shape
 * @param rate share of elements set to zero, in [0, 1); the others are scaled by 1 / (1 - rate)
 * @param seed decides the mask
 * @see Srivastava et al. 2014, "Dropout", section 10 (scaling at training time)
 */
export function seededDropout<T extends tf.Tensor>(x: T, rate: number, seed: number): T {
  if (rate === 0) return x;
  const mask = dropoutMask(x.size, rate, seed);
  return tf.tidy(() => tf.mul(x, tf.tensor(mask, x.shape)) as T);
}
