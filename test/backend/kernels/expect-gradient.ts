import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { noise } from '../../support/noise';

/**
 * Compares the gradients of a function on the current backend with central differences along a random direction.
 *
 * @param run a smooth function of float32 tensors
 * @param tolerance for the difference, as a part of the sum of absolute products
 */
export function expectGradient(
  run: (...x: tf.Tensor[]) => tf.Tensor,
  at: tf.Tensor[],
  tolerance = 2e-3,
): void {
  tf.tidy(() => {
    const loss = (...x: tf.Tensor[]) => {
      const y = run(...x);
      return tf.sum(tf.mul(y, noise(y.shape, 91))) as tf.Scalar;
    };
    const directions = at.map((x, index) => noise(x.shape, 101 + index));
    const gradients = tf.grads(loss as never)(at);
    const products = gradients.map((gradient, index) => tf.mul(gradient, directions[index] as tf.Tensor));
    const total = (parts: tf.Tensor[]) =>
      parts.reduce((sum, part) => sum + (tf.sum(part).dataSync()[0] as number), 0);
    const step = 0.02;
    const moved = (sign: number) =>
      loss(
        ...at.map((x, index) => tf.add(x, tf.mul(directions[index] as tf.Tensor, sign * step))),
      ).dataSync()[0] as number;
    const expected = (moved(1) - moved(-1)) / (2 * step);
    const scale = 1 + total(products.map((product) => tf.abs(product)));
    expect(Math.abs(total(products) - expected) / scale).toBeLessThan(tolerance);
  });
}
