import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { embeddingBag } from '../../../src/layers/ops/embedding-bag';
import { maxDifference } from '../../support/max-difference';
import { noise } from '../../support/noise';
import { eachBackend, useBackend } from '../../support/use-backend';

describe.each(eachBackend('cpu', 'wasm'))('embeddingBag on %s', (backend) => {
  useBackend(backend);

  it('equals a product with the one-hot matrix, and so does its gradient', () => {
    const [rows, dim, bags, bagSize] = [11, 3, 5, 7];
    const table = noise<tf.Tensor2D>([rows, dim], 1);
    // Ids repeat within a bag and between bags; 10 is never used.
    const ids = tf.tensor2d(
      Int32Array.from({ length: bags * bagSize }, (_, at) => (at * at) % 10),
      [bags, bagSize],
      'int32',
    );
    const weights = noise<tf.Tensor2D>([bags, bagSize], 2);
    const cotangent = noise([bags, dim], 3);
    const own = (x: tf.Tensor) => embeddingBag(x as tf.Tensor2D, ids, weights);
    const dense = (x: tf.Tensor) => {
      const oneHot = tf.cast(tf.oneHot(ids, rows), 'float32'); // [bags, bagSize, rows]
      return tf.matMul(tf.sum(tf.mul(oneHot, tf.expandDims(weights, 2)), 1), x as tf.Tensor2D);
    };
    expect(own(table).shape).toEqual([bags, dim]);
    expect(maxDifference(own(table), dense(table).dataSync())).toBeLessThan(1e-5);

    const gradient = (of: typeof own) => tf.grad((x) => tf.sum(tf.mul(of(x), cotangent)))(table);
    const received = gradient(own);
    expect(received.shape).toEqual([rows, dim]);
    expect(maxDifference(received, gradient(dense as typeof own).dataSync())).toBeLessThan(1e-5);
    expect(Array.from(received.dataSync().slice(10 * dim))).toEqual([0, 0, 0]);
  });
});
