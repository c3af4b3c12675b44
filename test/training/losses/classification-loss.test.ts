import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../../src/errors';
import {
  type ClassificationLossOptions,
  classificationLoss,
  lossDenominator,
} from '../../../src/training/losses/classification-loss';
import fixture from '../../fixtures/training.json';
import { maxDifference } from '../../support/max-difference';
import { eachBackend, useBackend } from '../../support/use-backend';
import { draw } from '../draw';

/** Loss and gradient, with a check that nothing else stays behind. */
function lossOf(logits: tf.Tensor2D, labels: readonly number[], options: ClassificationLossOptions) {
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => {
    const targets = tf.tensor1d([...labels], 'int32');
    const { value, grad } = tf.valueAndGrad((x) => classificationLoss(x as tf.Tensor2D, targets, options))(
      logits,
    );
    return { loss: value.dataSync()[0] as number, gradient: Float32Array.from(grad.dataSync()) };
  });
  expect(tf.memory().numTensors).toBe(before);
  return result;
}

describe.each(eachBackend('cpu', 'wasm'))('classificationLoss on %s', (backend) => {
  useBackend(backend);

  test.each(fixture.losses.map((stored) => [stored.name, stored] as const))(
    'equals torch, and so does its gradient: %s',
    (_name, { logits: recipe, labels, options, loss, gradient }) => {
      const logits = tf.tensor2d(draw(recipe), recipe.shape as [number, number]);
      const received = lossOf(logits, labels, options);
      expect(Math.abs(received.loss - loss)).toBeLessThan(1e-6 * Math.max(1, Math.abs(loss)));
      const scale = Math.max(1, ...gradient.map(Math.abs));
      // exp() of a logit of 1000 has its rounding, 6e-5, as an error: torch in float32 has it too.
      expect(maxDifference(received.gradient, gradient)).toBeLessThan(
        Math.max(1e-6, 1e-7 * recipe.scale) * scale,
      );

      // In parts, with the denominator of the whole: the sums are the whole.
      const denominator = lossDenominator(labels, options.classWeights);
      let sum = 0;
      const parts: number[] = [];
      for (const [start, size] of [
        [0, 2],
        [2, 1],
        [3, 4],
      ] as const) {
        const part = tf.slice(logits, [start, 0], [size, -1]);
        const piece = lossOf(part, labels.slice(start, start + size), { ...options, denominator });
        sum += piece.loss;
        parts.push(...piece.gradient);
        part.dispose();
      }
      expect(Math.abs(sum - loss)).toBeLessThan(1e-6 * Math.max(1, Math.abs(loss)));
      expect(maxDifference(Float32Array.from(parts), gradient)).toBeLessThan(
        Math.max(1e-6, 1e-7 * recipe.scale) * scale,
      );
      logits.dispose();
    },
  );

  test.each([0.1, 0.5, 0.99, 1, 2, 7])(
    'the focal gradient is finite where p is 1, 0 or nearly (gamma %d)',
    (focalGamma) => {
      for (const margin of [
        -1e4, -200, -88, -20, -1e-7, 0, 8, 15, 16, 17, 18, 20, 50, 88, 104, 200, 1e4, 1e30,
      ]) {
        const logits = tf.tensor2d([[margin, 0]]);
        const { loss, gradient } = lossOf(logits, [0], { focalGamma });
        logits.dispose();
        const [p, rest] = [1 / (1 + Math.exp(-margin)), 1 / (1 + Math.exp(margin))];
        // log(1 + exp(-margin)), and the derivative with respect to the margin, in float64
        const nll = margin > 0 ? Math.log1p(Math.exp(-margin)) : -margin + Math.log1p(Math.exp(margin));
        const expected = rest ** focalGamma * nll;
        const slope = -(rest ** focalGamma) * (rest + focalGamma * p * nll);
        expect(Math.abs(loss - expected)).toBeLessThan(1e-6 * Math.max(1, expected));
        expect(Math.abs((gradient[0] as number) - slope)).toBeLessThan(2e-6 * Math.max(1, Math.abs(slope)));
        expect((gradient[0] as number) + (gradient[1] as number)).toBeCloseTo(0, 5);
      }
    },
  );

  test('focalGamma 0 and labelSmoothing 0 are cross-entropy', () => {
    const logits = tf.tensor2d(draw({ shape: [3, 5], seed: 3, scale: 2, offset: 0 }), [3, 5]);
    const plain = lossOf(logits, [4, 0, 2], {});
    expect(lossOf(logits, [4, 0, 2], { focalGamma: 0, labelSmoothing: 0 })).toEqual(plain);
    logits.dispose();
  });

  test('a label that is no class makes the loss NaN, never a number', () => {
    const logits = tf.ones([3, 5]) as tf.Tensor2D;
    for (const options of [{}, { denominator: 3 }, { labelSmoothing: 0.1 }, { focalGamma: 2 }]) {
      expect(lossOf(logits, [0, 5, 1], options).loss).toBeNaN();
      expect(lossOf(logits, [0, -1, 1], options).loss).toBeNaN();
      expect(lossOf(logits, [0, 4, 1], options).loss).toBeGreaterThan(0);
    }
    logits.dispose();
  });

  test('a batch without weight has no mean, but a sum of 0', () => {
    const logits = tf.ones([2, 3]) as tf.Tensor2D;
    const classWeights = [1, 0, 1];
    expect(lossDenominator([1, 1], classWeights)).toBe(0);
    expect(lossOf(logits, [1, 1], { classWeights }).loss).toBeNaN();
    const { loss, gradient } = lossOf(logits, [1, 1], { classWeights, denominator: 2 });
    expect([loss, ...gradient.map(Math.abs)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    logits.dispose();
  });

  test('infinite logits give no number', () => {
    const logits = tf.tensor2d([[Infinity, 0, 0]]);
    expect(lossOf(logits, [0], {}).loss).toBeNaN();
    logits.dispose();
  });

  test('refuses options out of range', () => {
    const logits = tf.ones([2, 3]) as tf.Tensor2D;
    for (const [options, message] of [
      [{ classWeights: [1, 2] }, /each of the 3 classes, received 2/],
      [{ classWeights: [1, 2, Number.NaN] }, /received NaN for class 2/],
      [{ classWeights: [1, -2, 1] }, /received -2 for class 1/],
      [{ classWeights: [0, 0, 0] }, /above 0/],
      [{ labelSmoothing: 1 }, /labelSmoothing in \[0, 1\), received 1/],
      [{ labelSmoothing: -0.1 }, /labelSmoothing/],
      [{ focalGamma: -1 }, /focalGamma .* received -1/],
      [{ focalGamma: Number.NaN }, /focalGamma/],
      [{ focalGamma: 2, labelSmoothing: 0.1 }, /received both \(0.1 and 2\)/],
      [{ denominator: 0 }, /denominator .* received 0/],
      [{ gamma: 2 }, /received "gamma"/],
    ] as const) {
      expect(() => lossOf(logits, [0, 1], options as ClassificationLossOptions)).toThrow(OptionError);
      expect(() => lossOf(logits, [0, 1], options as ClassificationLossOptions)).toThrow(message);
    }
    logits.dispose();
  });

  test('refuses logits and labels that do not fit', () => {
    tf.tidy(() => {
      const logits = tf.ones([2, 3]) as tf.Tensor2D;
      const labels = (values: number[]) => tf.tensor1d(values, 'int32');
      expect(() => classificationLoss(logits, labels([0]))).toThrow(ShapeError);
      expect(() => classificationLoss(logits, labels([0]))).toThrow(/received \[2,3\] and \[1\]/);
      expect(() => classificationLoss(tf.ones([2, 1]), labels([0, 0]))).toThrow(/two or more classes/);
      expect(() => classificationLoss(tf.ones([2, 3, 1]) as never, labels([0, 0]))).toThrow(ShapeError);
      expect(() => classificationLoss(logits, tf.ones([2, 3]) as never)).toThrow(ShapeError);
      expect(() => classificationLoss(logits, tf.tensor1d([0, 1]))).toThrow(/int32, received float32/);
    });
  });
});

describe('lossDenominator', () => {
  test('is the number of labels, or the sum of their weights', () => {
    expect(lossDenominator([0, 2, 1, 2])).toBe(4);
    expect(lossDenominator(Int32Array.of(0, 2, 1, 2), [1, 5, 0.25])).toBe(6.5);
    expect(lossDenominator([])).toBe(0);
  });

  test('refuses labels without a weight, and weights out of range', () => {
    expect(() => lossDenominator([0, 3], [1, 1, 1])).toThrow(/below 3, received 3 at 1/);
    expect(() => lossDenominator([-1])).toThrow(OptionError);
    expect(() => lossDenominator([0.5])).toThrow(/received 0.5 at 0/);
    expect(() => lossDenominator([0], [-1])).toThrow(/received -1 for class 0/);
  });
});
