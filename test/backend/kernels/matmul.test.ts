import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { matMul } from '../../../src/backend/kernels/matmul';
import { noise } from '../../support/noise';
import { expectSame, startBothBackends } from './expect-same';
import { swapped, TRANSPOSES } from './transposes';

beforeAll(startBothBackends);

describe.each(TRANSPOSES)('matMul, transposeA %s, transposeB %s', (transposeA, transposeB) => {
  const shapes: [number[], number[]][] = [
    [
      [3, 5],
      [5, 7],
    ],
    [
      [1, 5],
      [5, 1],
    ],
    [
      [3, 1],
      [1, 7],
    ],
    [
      [2, 3, 5],
      [2, 5, 7],
    ],
    [
      [2, 3, 5],
      [1, 5, 7],
    ],
    [
      [1, 3, 5],
      [2, 5, 7],
    ],
    [
      [2, 3, 5],
      [5, 7],
    ],
    [
      [3, 5],
      [2, 5, 7],
    ],
    [
      [2, 3, 5, 7],
      [2, 3, 7, 11],
    ],
    [
      [2, 3, 5, 7],
      [1, 1, 7, 11],
    ],
    [
      [2, 1, 5, 7],
      [1, 3, 7, 11],
    ],
    [
      [2, 3, 5, 7],
      [3, 7, 11],
    ],
    [
      [2, 3, 5, 7],
      [1, 3, 7, 11],
    ],
    [
      [2, 3, 5, 7],
      [2, 1, 7, 11],
    ],
    [
      [0, 5],
      [5, 7],
    ],
    [
      [3, 0],
      [0, 7],
    ],
    [
      [2, 3, 5],
      [2, 5, 0],
    ],
    [
      [0, 3, 5],
      [0, 5, 7],
    ],
    [
      [37, 131],
      [131, 41],
    ],
  ];
  const operands = (a: number[], b: number[]) =>
    [noise(transposeA ? swapped(a) : a, 1), noise(transposeB ? swapped(b) : b, 2)] as const;
  const multiply = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, transposeA, transposeB);

  // tfjs 4.22's cpu backend pairs the matrices wrongly when a batch axis of 1 is followed by another: it gets the
  // operands already broadcast.
  const broadcastBatch = (x: tf.Tensor, batch: readonly number[]) =>
    tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  it.each(shapes)('%j by %j equals cpu', async (a, b) => {
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2));
    await expectSame(() => {
      const [x, y] = operands(a, b);
      if (tf.getBackend() === 'wasm') return [multiply(x, y)];
      return [multiply(broadcastBatch(x, batch), broadcastBatch(y, batch))];
    });
  });

  it.each(
    shapes.filter(([a, b]) => String(a.slice(0, -2)) === String(b.slice(0, -2)) && ![...a, ...b].includes(0)),
  )('the gradients of %j by %j equal those on cpu', async (a, b) => {
    await expectSame(
      () =>
        tf.grads(((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.square(multiply(x, y)))) as never)([
          ...operands(a, b),
        ]),
      2e-2 * ((a.at(-1) as number) > 100 ? 10 : 1e-2),
    );
  });
});

it.each(['int32', 'bool'] as const)('matMul of %s is refused, never wrong', (dtype) => {
  const of = { a: tf.ones([1, 2], dtype) as tf.Tensor2D, b: tf.ones([2, 1], dtype) as tf.Tensor2D };
  const message = `wasm multiplies float32 only, received ${dtype}`;
  expect(() => tf.matMul(of.a, of.b)).toThrow(message);
  expect(() => tf.fused.matMul({ ...of, activation: 'relu' })).toThrow(message);
});

it('matMul refuses inner sizes that differ and leaves no memory behind', () => {
  const [a, b] = [tf.ones([2, 3]), tf.ones([5, 7])];
  const before = tf.backend().numDataIds();
  expect(() => tf.matMul(a, b, true)).toThrow('expected equal inner sizes, received 2 and 5');
  expect(tf.backend().numDataIds()).toBe(before);
});

it('matMul says what to do when the memory is out of reach, as in the threaded build', () => {
  const operands = { a: tf.ones([2, 3]), b: tf.ones([3, 2]) };
  const plain = { transposeA: false, transposeB: false };
  const threaded = { wasm: {} } as never;
  expect(() => matMul(threaded, operands, plain)).toThrow('WASM_HAS_MULTITHREAD_SUPPORT');
});

it('matMul gives the same bits whichever way an operand lies in memory', () => {
  const [a, b] = [noise([37, 131], 1), noise([131, 41], 2)] as [tf.Tensor2D, tf.Tensor2D];
  const expected = tf.matMul(a, b).dataSync();
  expect(tf.matMul(tf.transpose(a), b, true).dataSync()).toEqual(expected);
  expect(tf.matMul(a, tf.transpose(b), false, true).dataSync()).toEqual(expected);
});
