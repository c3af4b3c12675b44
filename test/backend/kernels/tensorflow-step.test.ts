import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { TEST_BACKEND, useBackend } from '../../support/use-backend';

// Where tfjs-node is not asked for, the backend's own step must give the same.
describe(`step on ${TEST_BACKEND}`, () => {
  useBackend();
  // The smallest is no denormal number: TensorFlow takes those for zero.
  const x = [-3, -0, 0, 1e-37, 2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

  test('is 1 above 0, else alpha', async () => {
    expect(Array.from(await tf.step(tf.tensor1d(x)).data())).toEqual([0, 0, 0, 1, 1, 1, 0]);
    const leaky = Array.from(await tf.step(tf.tensor1d(x), 0.5).data());
    expect(leaky).toEqual([0.5, 0.5, 0.5, 1, 1, 1, 0.5]);
  });

  test('gives the gradient of a relu, and keeps no tensor', async () => {
    const inputs = tf.tensor2d(x, [7, 1]);
    const before = tf.memory().numTensors;
    const gradient = tf.grad((values) => tf.sum(tf.mul(tf.relu(values), 3)))(inputs);
    expect(Array.from(await gradient.data())).toEqual([0, 0, 0, 3, 3, 3, 0]);
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  test.runIf(TEST_BACKEND.startsWith('tfjs-node'))('passes NaN on', async () => {
    const [nan] = await tf.step(tf.tensor1d([Number.NaN])).data();
    expect(nan).toBeNaN();
  });
});
