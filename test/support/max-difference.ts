import type * as tf from '@tensorflow/tfjs-core';

/** The largest absolute difference between numbers and those expected; infinite when lengths or NaN differ. */
export function maxDifference(received: tf.Tensor | Float32Array, expected: ArrayLike<number>): number {
  const values = received instanceof Float32Array ? received : received.dataSync();
  if (values.length !== expected.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < values.length; index++) {
    const difference = Math.abs((values[index] as number) - (expected[index] as number));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}
