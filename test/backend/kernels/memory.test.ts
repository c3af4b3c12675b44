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

it('300 steps of training a convolutional network leave no memory behind, and the heap stays as it is', () => {
  const [images, labels] = [noise<tf.Tensor4D>([4, 16, 16, 3], 1), tf.tensor1d([0, 2, 1, 2], 'int32')];
  const weights = [
    noise([3, 3, 3, 8], 2),
    noise([3, 3, 8, 1], 3),
    noise([1, 1, 8, 8], 4),
    noise([3, 3, 8, 8], 5),
    noise([8, 3], 6),
  ].map((x) => tf.variable(tf.mul(x, 0.2)));
  const optimizer = tf.train.adam(0.01);
  const loss = () => {
    const [first, depthwise, pointwise, second, head] = weights as unknown as tf.Tensor4D[];
    let x = tf.maxPool(tf.relu(tf.conv2d(images, first as tf.Tensor4D, 2, 'same')), 2, 1, 'same');
    x = tf.conv2d(
      tf.depthwiseConv2d(x, depthwise as tf.Tensor4D, 1, 'same'),
      pointwise as tf.Tensor4D,
      1,
      'same',
    );
    x = tf.relu6(
      tf.fused.conv2d({ x, filter: second as tf.Tensor4D, strides: 1, pad: 'valid', activation: 'relu' }),
    );
    const logits = tf.matMul(tf.mean<tf.Tensor2D>(tf.avgPool(x, 3, 2, 'same'), [1, 2]), head as never);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 3), logits) as tf.Scalar;
  };
  const step = () => optimizer.minimize(loss, true)?.dataSync()[0] as number;
  const state = () => {
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    const backend = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
    return {
      numTensors,
      numBytes,
      numDataBuffers,
      blocks: tf.backend().numDataIds(),
      heap: backend.wasm.HEAPU8.length,
    };
  };
  const run = () => tf.tidy(step);
  const before = run();
  run();
  const start = state();
  for (let count = 0; count < 300; count++) run();
  expect(state()).toEqual(start);
  expect(run()).toBeLessThan(before / 2);
});
