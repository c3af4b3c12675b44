import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noise } from '../../support/noise';
import { expectSame, startBothBackends } from './expect-same';
import { swapped, TRANSPOSES } from './transposes';

beforeAll(startBothBackends);

describe.each(TRANSPOSES)('fused.matMul, transposeA %s, transposeB %s', (transposeA, transposeB) => {
  const activations = [undefined, 'linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'] as const;
  it.each(activations)('with bias and %s equals cpu', async (activation) => {
    for (const batch of [[], [2], [2, 3]]) {
      await expectSame(() => {
        const [a, b] = [noise([...batch, 5, 7], 1), noise([...batch, 7, 11], 2)];
        const of = {
          a: (transposeA ? noise(swapped(a.shape), 1) : a) as tf.Tensor2D,
          b: (transposeB ? noise(swapped(b.shape), 2) : b) as tf.Tensor2D,
          transposeA,
          transposeB,
          bias: noise([11], 3),
          leakyreluAlpha: 0.3,
          ...(activation && { activation }),
          ...(activation === 'prelu' && { preluActivationWeights: noise([11], 4) }),
        };
        return [tf.fused.matMul(of)];
      });
    }
  });

  it.each(['linear', 'relu'] as const)('its gradients with %s equal those on cpu', async (activation) => {
    await expectSame(() => {
      const run = (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) => {
        const of = { a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias, transposeA, transposeB, activation };
        return tf.sum(tf.square(tf.fused.matMul(of)));
      };
      const [a, b] = [transposeA ? [7, 5] : [5, 7], transposeB ? [11, 7] : [7, 11]] as const;
      return tf.grads(run as never)([noise(a, 1), noise(b, 2), noise([11], 3)]);
    }, 1e-3);
  });
});

it('fused.matMul names an activation that it lacks', () => {
  const of = { a: tf.ones([2, 3]) as tf.Tensor2D, b: tf.ones([3, 2]) as tf.Tensor2D };
  expect(() => tf.fused.matMul({ ...of, activation: 'tanh' as never })).toThrow(/tanh/);
});
