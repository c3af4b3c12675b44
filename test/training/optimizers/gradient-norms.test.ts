import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../../../src/errors';
import {
  clipByGlobalNorm,
  clipFactor,
  findNonFinite,
  globalNorm,
} from '../../../src/training/optimizers/gradient-norms';
import fixture from '../../fixtures/training.json';
import { maxDifference } from '../../support/max-difference';
import { eachBackend, useBackend } from '../../support/use-backend';
import { draw, type Recipe } from '../draw';

const tensorOf = (recipe: Recipe) => tf.tensor(draw(recipe), [...recipe.shape]);

describe.each(eachBackend('cpu', 'wasm'))('clipping on %s', (backend) => {
  useBackend(backend);

  test.each(fixture.clipping.map((stored) => [stored.name, stored] as const))(
    'equals torch: %s',
    (_name, { gradients, maxNorm, norm, clipped }) => {
      const expected = Number(norm);
      const tensors = gradients.map(tensorOf);
      const before = tf.memory().numTensors;
      const result = clipByGlobalNorm(tensors, maxNorm);
      expect(tf.memory().numTensors).toBe(before + tensors.length + 1);
      const received = result.norm.dataSync()[0] as number;
      if (Number.isFinite(expected)) expect(Math.abs(received / expected - 1)).toBeLessThan(1e-6);
      else expect(received).toBe(expected);

      const factor = clipFactor(received, maxNorm);
      for (const [index, gradient] of result.gradients.entries()) {
        const values = clipped[index] as number[];
        const largest = Math.max(...values.map(Math.abs));
        expect(gradient.shape).toEqual(gradients[index]?.shape);
        expect(maxDifference(gradient, values)).toBeLessThanOrEqual(1e-6 * largest);
        const scaled = tf.mul(tensors[index] as tf.Tensor, factor);
        expect(maxDifference(scaled, values)).toBeLessThanOrEqual(1e-6 * largest);
        scaled.dispose();
      }
      const alone = globalNorm(tensors);
      expect(alone.dataSync()[0]).toBe(received);
      tf.dispose([alone, result.norm, ...result.gradients, ...tensors]);
    },
  );

  test('a million squares keep their digits', () => {
    const gradient = tf.fill([1024, 1024], 0.1);
    const norm = globalNorm([gradient]);
    expect(Math.abs((norm.dataSync()[0] as number) / 102.4 - 1)).toBeLessThan(1e-5);
    tf.dispose([gradient, norm]);
  });

  test('an infinite limit clips nothing', () => {
    const gradient = tf.tensor1d([3e30, -4]);
    const result = clipByGlobalNorm([gradient], Infinity);
    expect(result.norm.dataSync()[0]).toBe(Infinity);
    expect(Array.from(result.gradients[0]?.dataSync() ?? [])).toEqual(Array.from(gradient.dataSync()));
    result.gradients[0]?.dispose();
    expect(gradient.isDisposed).toBe(false);
    tf.dispose([gradient, result.norm]);
  });

  test('NaN and infinity show in the norm', () => {
    for (const wrong of [Number.NaN, Infinity, -Infinity]) {
      const gradients = [tf.tensor1d([1, wrong, 2]), tf.ones([2, 3])];
      const { norm, gradients: clipped } = clipByGlobalNorm(gradients, 1);
      expect(norm.dataSync()[0]).toBe(Number.isNaN(wrong) ? Number.NaN : Infinity);
      tf.dispose([norm, ...clipped, ...gradients]);
    }
  });

  test('findNonFinite names what is wrong', async () => {
    const named = {
      fine: tf.tensor2d([1e38, -3e-45, 0, 2], [2, 2]),
      nan: tf.tensor1d([1, Number.NaN, Number.NaN]),
      both: tf.tensor3d([Infinity, Number.NaN, -Infinity, 1, Infinity, 0, 0], [7, 1, 1]),
      scalar: tf.scalar(-Infinity),
      whole: tf.tensor1d([1, 2], 'int32'),
    };
    const before = tf.memory().numTensors;
    expect(await findNonFinite(named)).toEqual([
      { name: 'nan', kind: 'NaN', count: 2, size: 3 },
      { name: 'both', kind: 'NaN', count: 1, size: 7 },
      { name: 'both', kind: 'Infinity', count: 3, size: 7 },
      { name: 'scalar', kind: 'Infinity', count: 1, size: 1 },
    ]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(Object.values(named));
  });
});

describe('clipFactor', () => {
  test('is what torch multiplies by', () => {
    expect(clipFactor(3, 1)).toBe(1 / (3 + 1e-6));
    expect(clipFactor(0.5, 1)).toBe(1);
    expect(clipFactor(0, 1)).toBe(1);
    expect(clipFactor(Infinity, 1)).toBe(0);
    expect(clipFactor(Number.NaN, 1)).toBeNaN();
    expect(clipFactor(Infinity, Infinity)).toBe(1);
  });

  test('refuses limits that clip everything, and no gradients', () => {
    for (const maxNorm of [0, -1, Number.NaN]) {
      expect(() => clipFactor(1, maxNorm)).toThrow(OptionError);
      expect(() => clipByGlobalNorm([], maxNorm)).toThrow(/maxNorm to be positive/);
    }
    expect(() => globalNorm([])).toThrow(/at least one gradient/);
  });
});
