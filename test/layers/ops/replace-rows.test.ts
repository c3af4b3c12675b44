import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { replaceRows } from '../../../src/layers/ops/replace-rows';
import { maxDifference } from '../../support/max-difference';
import { noise } from '../../support/noise';
import { eachBackend, useBackend } from '../../support/use-backend';

/** The definition by products, whose gradient tfjs derives; wrong where something is not finite. */
function plain(x: tf.Tensor, isReplaced: tf.Tensor1D, row: tf.Tensor): tf.Tensor {
  const share = tf.reshape(isReplaced, [-1, ...row.shape.map(() => 1)]);
  return tf.add(tf.mul(x, tf.sub(1, share)), tf.mul(tf.expandDims(row), share));
}

describe.each(eachBackend('cpu', 'wasm'))('replaceRows on %s', (backend) => {
  useBackend(backend);
  const chosen = () => tf.tensor1d([1, 0, 0, 1, 0]);

  it.each([[[7]], [[3, 7]], [[2, 3, 7]]])(
    'equals its definition for rows of %j, and so do its gradients',
    (rest) => {
      const inputs: [tf.Tensor, tf.Tensor] = [noise([5, ...rest], 1), noise(rest, 2)];
      const cotangent = noise([5, ...rest], 3);
      const own = (x: tf.Tensor, row: tf.Tensor) => replaceRows(x, chosen(), row);
      const byProducts = (x: tf.Tensor, row: tf.Tensor) => plain(x, chosen(), row);
      expect(maxDifference(own(...inputs), byProducts(...inputs).dataSync())).toBe(0);

      const gradients = (of: typeof own) =>
        tf.grads((x, row) => tf.sum(tf.mul(of(x as tf.Tensor, row as tf.Tensor), cotangent)))(inputs);
      const expected = gradients(byProducts);
      for (const [index, gradient] of gradients(own).entries()) {
        expect(gradient.shape).toEqual(inputs[index]?.shape);
        expect(maxDifference(gradient, (expected[index] as tf.Tensor).dataSync())).toBeLessThan(1e-6);
      }
    },
  );

  it('the gradient equals finite differences', () => {
    const [x, row] = [noise([5, 3], 1), noise([3], 2)];
    const loss = (stand: tf.Tensor) =>
      tf.sum(tf.square(tf.mul(replaceRows(x, chosen(), stand), noise([5, 3], 4))));
    const gradient = tf.grad(loss)(row).dataSync();
    const step = 0.125;
    for (const [at, value] of gradient.entries()) {
      const shift = tf.mul(tf.oneHot(tf.scalar(at, 'int32'), 3), step);
      const [above, below] = [tf.add(row, shift), tf.sub(row, shift)].map(
        (one) => loss(one).dataSync()[0] as number,
      );
      // Of a square, central differences have no error but rounding.
      expect(((above as number) - (below as number)) / (2 * step)).toBeCloseTo(value, 3);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    '%s in a replaced row has no effect, and gets a gradient of zero',
    (value) => {
      const clean = noise([5, 3], 1);
      const rows = Array.from(clean.dataSync());
      rows.splice(0, 3, value, value, value);
      const [row, cotangent] = [noise([3], 2), noise([5, 3], 3)];
      const run = (x: tf.Tensor) => replaceRows(x, chosen(), row);
      const gradients = (x: tf.Tensor) =>
        tf.grads((one, stand) =>
          tf.sum(tf.mul(replaceRows(one as tf.Tensor, chosen(), stand as tf.Tensor), cotangent)),
        )([x, row]);
      const soiled = tf.tensor2d(rows, [5, 3]);
      expect(run(soiled).dataSync()).toEqual(run(clean).dataSync());
      const [dx, dRow] = gradients(soiled);
      expect(Array.from((dx as tf.Tensor).dataSync().slice(0, 3))).toEqual([0, 0, 0]);
      expect((dRow as tf.Tensor).dataSync()).toEqual((gradients(clean)[1] as tf.Tensor).dataSync());
    },
  );

  it('keeps what it does not replace bit for bit, negative zero and NaN too', () => {
    const x = tf.tensor2d([
      [-0, Number.NaN],
      [1e-45, 3e38],
    ]);
    const kept = replaceRows(x, tf.tensor1d([0, 0]), tf.zeros([2])).dataSync();
    expect(new Uint32Array(kept.slice().buffer)).toEqual(new Uint32Array(x.dataSync().slice().buffer));
  });
});
