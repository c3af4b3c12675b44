import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { noise } from '../../support/noise';
import { startBothBackends } from './expect-same';

beforeAll(startBothBackends);

it('200 training steps leave no memory behind', () => {
  const ids = tf.tensor1d([2, 0, 2], 'int32');
  const [table, kernel, bias] = [noise([5, 7], 1), noise([7, 11], 2), noise([11], 3)] as const;
  const batched = [noise([2, 3, 5], 4), noise([1, 7, 5], 5)] as const;
  const step = () =>
    tf.tidy(() => {
      const loss = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => {
        const a = tf.gather(x, ids) as tf.Tensor2D;
        return tf.sum(tf.fused.matMul({ a, b: w as tf.Tensor2D, bias: b, activation: 'relu' }));
      };
      tf.grads(loss as never)([table, kernel, bias]);
      tf.matMul(...batched, false, true);
      tf.fused.matMul({
        a: batched[0] as never,
        b: batched[1] as never,
        transposeB: true,
        activation: 'elu',
      });
    });
  // The backend's own table of memory blocks, which kernels could fill behind tfjs' back.
  const state = () => {
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    return { numTensors, numBytes, numDataBuffers, blocks: tf.backend().numDataIds() };
  };
  step();
  const before = state();
  for (let count = 0; count < 200; count++) step();
  expect(state()).toEqual(before);
});
