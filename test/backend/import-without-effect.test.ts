import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

it('importing the library neither registers nor sets a backend', async () => {
  await import('../../src/layers');
  await import('../../src/models');
  await import('../../src/training');
  await import('../../src/data');
  await import('../../src/metrics');
  await import('../../src/backend');
  const { backendName, registryFactory } = tf.engine();
  expect(backendName ?? '').toBe('');
  expect(Object.keys(registryFactory)).toEqual([]);
});
