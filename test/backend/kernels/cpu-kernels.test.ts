import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerKernels } from '../../../src/backend/register-kernels';
import { maxDifference } from '../../support/max-difference';
import { noise } from '../../support/noise';
import { expectGradient } from './expect-gradient';
import { startBothBackends } from './expect-same';
import { choices, randomWindows } from './random-choices';

beforeAll(async () => {
  await startBothBackends();
  await tf.setBackend('cpu');
  registerKernels('cpu');
  registerKernels('cpu');
});

it.each(choices(25))('the gradient of avgPool equals finite differences, seed %i', (_, choose) => {
  const { filter, image, strides, pad, rounding } = randomWindows(choose);
  expectGradient((x) => tf.avgPool(x as tf.Tensor4D, filter, strides, pad, rounding), [noise(image, 1)]);
});

it.each(choices(15))(
  'cumsum and cumprod count a negative axis from the end, seed %i',
  (_, { between, of }) => {
    const shape = Array.from({ length: between(1, 4) }, () => of([1, 2, 3, 5]));
    const axis = between(0, shape.length - 1);
    for (const run of [tf.cumsum, tf.cumprod]) {
      const [expected, received] = [axis, axis - shape.length].map((at) => run(noise(shape, 1), at, true));
      expect(received?.shape).toEqual(shape);
      expect(maxDifference(received as tf.Tensor, (expected as tf.Tensor).dataSync())).toBe(0);
    }
  },
);

describe('matMul broadcasts every batch axis', () => {
  it.each([
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [
      [2, 3],
      [2, 1],
      [2, 3],
    ],
    [[3], [2, 3], [2, 3]],
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[], [2, 3], [2, 3]],
    [
      [2, 1, 3],
      [5, 1],
      [2, 5, 3],
    ],
    [[0], [1], [0]],
  ])('%j by %j', (left, right, batch) => {
    const [a, b] = [noise([...left, 3, 2], 1), noise([...right, 2, 5], 2)];
    const received = tf.matMul(a, b);
    const products = tf.mul(tf.expandDims(tf.broadcastTo(a, [...batch, 3, 2]), -1), tf.expandDims(b, -3));
    expect(received.shape).toEqual([...batch, 3, 5]);
    expect(maxDifference(received, tf.sum(products, -2).dataSync())).toBeLessThan(1e-5);
  });
});

it('leaves nothing behind', () => {
  const [a, b] = [noise([2, 1, 3, 2], 1), noise([1, 3, 2, 5], 2)];
  const before = [tf.backend().numDataIds(), tf.memory().numTensors];
  tf.matMul(a, b).dispose();
  tf.tidy(
    () => tf.grad((x) => tf.sum(tf.avgPool(x as tf.Tensor4D, 2, 1, 'same')))(tf.ones([1, 3, 3, 1])).shape,
  );
  tf.tidy(() => void tf.cumsum(a, -1));
  expect([tf.backend().numDataIds(), tf.memory().numTensors]).toEqual(before);
});
