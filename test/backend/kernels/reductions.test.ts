import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { maxDifference } from '../../support/max-difference';
import { noise } from '../../support/noise';
import { expectSame, startBothBackends } from './expect-same';
import { choices } from './random-choices';

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

beforeAll(startBothBackends);

/** Running sum or product along an axis, one element at a time. */
function running(
  x: tf.Tensor,
  axis: number,
  exclusive: boolean,
  reverse: boolean,
  product: boolean,
): number[] {
  const values = x.dataSync();
  const step = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const size = x.shape[axis] as number;
  const out = new Array<number>(values.length);
  for (let start = 0; start < values.length; start++) {
    if (Math.floor(start / step) % size !== 0) continue;
    let total = product ? 1 : 0;
    for (let index = 0; index < size; index++) {
      const at = start + (reverse ? size - 1 - index : index) * step;
      const next = product ? total * (values[at] as number) : total + (values[at] as number);
      out[at] = exclusive ? total : next;
      total = next;
    }
  }
  return out;
}

// No reference: with a negative axis, tfjs 4.22's cpu backend returns another shape.
it.each(choices(60))('cumsum and cumprod equal a plain loop on every axis, seed %i', (_, { between, of }) => {
  const shape = Array.from({ length: between(1, 4) }, () => of([0, 1, 2, 3, 5]));
  const axis = between(0, shape.length - 1);
  const [exclusive, reverse, product] = [of([true, false]), of([true, false]), of([true, false])];
  const bystanders = Array.from({ length: 9 }, (_, index) => tf.fill([3 + index], index));
  for (const dtype of ['float32', 'int32'] as const) {
    const x = tf.cast(tf.mul(noise(shape, 1), dtype === 'int32' ? 3 : 1), dtype);
    const expected = running(x, axis, exclusive, reverse, product);
    for (const given of [axis, axis - shape.length]) {
      const y = (product ? tf.cumprod : tf.cumsum)(x, given, exclusive, reverse);
      expect([y.shape, y.dtype]).toEqual([shape, dtype]);
      expect(maxDifference(y, expected)).toBeLessThan(1e-4);
    }
  }
  for (const [index, x] of bystanders.entries()) expect(new Set(x.dataSync())).toEqual(new Set([index]));
});
