import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { selectBackend } from '../../../src/backend';
import { maxDifference } from '../../support/max-difference';

/** Registers both backends, and the library's kernels on wasm. */
export async function startBothBackends(): Promise<void> {
  await selectBackend({ backend: 'cpu' });
  await selectBackend({ backend: 'wasm' });
}

/** Runs on both backends, compares every result, and counts what wasm leaves behind. */
export async function expectSame(run: () => tf.Tensor[], tolerance = 1e-4): Promise<void> {
  await tf.setBackend('cpu');
  const expected = tf.tidy(() =>
    run().map((x) => ({ shape: x.shape, dtype: x.dtype, values: x.dataSync() })),
  );
  await tf.setBackend('wasm');
  const blocks = tf.backend().numDataIds();
  tf.tidy(() => {
    const received = run();
    expect(received.map(({ shape, dtype }) => [shape, dtype])).toEqual(
      expected.map(({ shape, dtype }) => [shape, dtype]),
    );
    for (const [index, { values }] of expected.entries()) {
      expect(maxDifference(received[index] as tf.Tensor, values as Float32Array)).toBeLessThan(tolerance);
    }
  });
  // A kernel that keeps a block for itself would do so at every step of a training.
  expect(tf.backend().numDataIds()).toBe(blocks);
}
