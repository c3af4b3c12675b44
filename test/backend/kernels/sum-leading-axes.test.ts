import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noise } from '../../support/noise';
import { expectSame, startBothBackends } from './expect-same';

beforeAll(startBothBackends);

describe('sum on wasm equals cpu', () => {
  const cases: [number[], number | number[] | undefined][] = [
    [[37, 11], 0],
    [[37, 11], -2],
    [[37, 11], 1],
    [[3, 5, 7], 0],
    [
      [3, 5, 7],
      [1, 0],
    ],
    [
      [3, 5, 7],
      [0, 2],
    ],
    [[3, 5, 7], undefined],
    [
      [3, 5, 7],
      [-1, -2, -3],
    ],
    [[13], 0],
    [[0, 7], 0],
    [[7, 0], 0],
    [[], undefined],
    [[2053, 3], 0],
  ];
  it.each(cases)('%j over %j', async (shape, axis) => {
    await expectSame(() => [tf.sum(noise(shape, 1), axis), tf.sum(noise(shape, 1), axis, true)]);
  });

  it('of int32', async () => {
    const x = () => tf.tensor2d([1, 2, 3, 4, 5, 2 ** 24 + 1], [3, 2], 'int32');
    await expectSame(() => [tf.sum(x(), 0), tf.sum(x(), 1), tf.sum(x())], 1);
  });

  it('and so does its gradient', async () => {
    await expectSame(() => [tf.grad((x) => tf.sum(tf.square(tf.sum(x, [0, 1]))))(noise([3, 5, 7], 1))]);
  });
});

it('adds a million rows without loss', () => {
  // In float32, 0.1 + 0.1 + ... a million times gives 100958.34.
  const total = tf.sum(tf.fill([1_000_003, 1], 0.1), 0).dataSync()[0] as number;
  expect(Math.abs(total - 100_000.3)).toBeLessThan(0.02);
});
