import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { layerNormalization } from '../../../src/layers/ops/layer-normalization';
import { maxDifference } from '../../support/max-difference';
import { noise } from '../../support/noise';
import { eachBackend, useBackend } from '../../support/use-backend';

const EPSILON = 0.1;

/** The definition, in plain ops: tfjs derives its gradient. */
function plain(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, EPSILON))), gamma), beta);
}

describe.each(eachBackend('cpu', 'wasm'))('layerNormalization on %s', (backend) => {
  useBackend(backend);

  it.each([[[3, 7]], [[2, 5, 7]], [[2, 3, 5, 7]]])('equals its definition on %j', (shape) => {
    const inputs = [noise(shape, 1), noise([7], 2), noise([7], 3)] as [tf.Tensor, tf.Tensor, tf.Tensor];
    const cotangent = noise(shape, 4);
    const own = (...[x, gamma, beta]: typeof inputs) => layerNormalization(x, gamma, beta, EPSILON);
    const received = own(...inputs);
    expect(received.shape).toEqual(shape);
    expect(maxDifference(received, plain(...inputs).dataSync())).toBeLessThan(1e-5);

    const gradients = (of: typeof own) =>
      tf.grads(((...tensors: typeof inputs) => tf.sum(tf.mul(of(...tensors), cotangent))) as never)(inputs);
    const expected = gradients(plain);
    for (const [index, gradient] of gradients(own).entries()) {
      expect(gradient.shape).toEqual(inputs[index]?.shape);
      expect(maxDifference(gradient, (expected[index] as tf.Tensor).dataSync())).toBeLessThan(2e-5);
    }
  });
});
