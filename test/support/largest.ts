import type * as tf from '@tensorflow/tfjs-core';

/** The largest absolute value of a tensor; NaN when it holds one. */
export function largest(x: tf.Tensor): number {
  let most = 0;
  for (const value of x.dataSync()) {
    if (Number.isNaN(value)) return Number.NaN;
    most = Math.max(most, Math.abs(value));
  }
  return most;
}
