import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noise } from '../../support/noise';
import { expectSame, startBothBackends } from './expect-same';

beforeAll(startBothBackends);

describe('gather and unsortedSegmentSum', () => {
  it('sums rows by id as cpu does, and drops negative ids', async () => {
    await expectSame(() => {
      const ids = tf.tensor1d([3, 0, 3, -1, 2, 3, 0], 'int32');
      const whole = tf.cast(tf.mul(noise([7, 2], 2), 10), 'int32');
      return [
        tf.unsortedSegmentSum(noise([7, 2, 3], 1), ids, 5),
        tf.unsortedSegmentSum(noise([7], 1), ids, 5),
        tf.unsortedSegmentSum(whole, ids, 5),
      ];
    });
  });

  it('refuses an id that has no segment', () => {
    expect(() => tf.unsortedSegmentSum(tf.ones([2, 3]), tf.tensor1d([0, 5], 'int32'), 5)).toThrow(
      'id 5 is not below the number of segments, 5',
    );
  });

  it('refuses ids that are not one for each row', () => {
    for (const ids of [tf.tensor1d([0], 'int32'), tf.tensor2d([0, 1], [2, 1], 'int32')]) {
      expect(() => tf.unsortedSegmentSum(tf.ones([2, 3]), ids as tf.Tensor1D, 5)).toThrow(
        'expected one segment id for each of 2 rows',
      );
    }
  });

  it.each([[[7]], [[3, 5]]])('gives the gradient of a look-up by ids of shape %j', async (shape) => {
    await expectSame(() => {
      const size = shape.reduce((a, b) => a * b);
      const ids = tf.tensor(
        Int32Array.from({ length: size }, (_, at) => (at * at) % 11),
        shape,
        'int32',
      );
      const cotangent = noise([...shape, 2], 3);
      return [tf.grad((x) => tf.sum(tf.mul(tf.gather(x, ids), cotangent)))(noise([11, 2], 1))];
    });
  });
});
