import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../../src/errors';
import { accuracyScore, logLoss } from '../../../src/metrics';
import { labelsFromTensor, probabilitiesFromTensor } from '../../../src/training/evaluation/tensor-labels';
import { eachBackend, useBackend } from '../../support/use-backend';

/** Reads a tensor and checks that it is still there, and nothing else. */
async function reading<T>(tensor: tf.Tensor, read: (tensor: tf.Tensor) => Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  try {
    return await read(tensor);
  } finally {
    expect(tf.memory().numTensors).toBe(before);
    expect(tensor.isDisposed).toBe(false);
    tensor.dispose();
  }
}

const LOGITS = [
  [2, -1, 0.5],
  [-3, 0.25, 0],
  [1, 1, -1],
  [-200, -300, 500],
];
const exponentials = LOGITS.map((row) => row.map((value) => Math.exp(value - Math.max(...row))));
const SOFTMAX = exponentials.map((row) => row.map((value) => value / row.reduce((a, b) => a + b)));

describe.each(eachBackend('cpu', 'wasm'))('on %s', (backend) => {
  useBackend(backend);

  describe('labelsFromTensor', () => {
    test('reads indices of any numeric type', async () => {
      for (const type of ['int32', 'float32'] as const) {
        const labels = await reading(tf.tensor1d([2, 0, 1, 2, 2], type), labelsFromTensor);
        expect(labels).toEqual(Int32Array.of(2, 0, 1, 2, 2));
      }
      expect(await reading(tf.tensor1d([true, false], 'bool'), labelsFromTensor)).toEqual(
        Int32Array.of(1, 0),
      );
    });

    test('takes the greatest column of logits and of one-hot rows, the first of equals, as tf.argMax', async () => {
      const expected = Array.from(tf.tidy(() => tf.argMax(tf.tensor2d(LOGITS), 1).dataSync()));
      expect(expected).toEqual([0, 1, 0, 2]);
      expect(Array.from(await reading(tf.tensor2d(LOGITS), labelsFromTensor))).toEqual(expected);
      const oneHot = tf.tidy(() => tf.oneHot(tf.tensor1d([1, 2, 0], 'int32'), 3));
      expect(await reading(oneHot, labelsFromTensor)).toEqual(Int32Array.of(1, 2, 0));
    });

    test('refuses other shapes, fractions and NaN', async () => {
      await expect(reading(tf.scalar(1), labelsFromTensor)).rejects.toThrow(ShapeError);
      await expect(reading(tf.ones([2, 3, 5]), labelsFromTensor)).rejects.toThrow('received [2,3,5]');
      await expect(reading(tf.ones([7, 1]), labelsFromTensor)).rejects.toThrow('tf.squeeze');
      await expect(reading(tf.tensor1d([1, 0.5]), labelsFromTensor)).rejects.toThrow('tensor[1]');
      await expect(reading(tf.tensor1d([-1]), labelsFromTensor)).rejects.toThrow(OptionError);
      const row = tf.tensor2d([
        [0, 1],
        [2, Number.NaN],
      ]);
      await expect(reading(row, labelsFromTensor)).rejects.toThrow('tensor[1]: expected numbers');
    });
  });

  describe('probabilitiesFromTensor', () => {
    test('reads rows as they are', async () => {
      const rows = await reading(tf.tensor2d([0.5, 0.25, 0.25, 0, 1, 0], [2, 3]), probabilitiesFromTensor);
      expect(rows).toEqual([Float32Array.of(0.5, 0.25, 0.25), Float32Array.of(0, 1, 0)]);
    });

    test('turns logits into what the metrics take', async () => {
      const logits = tf.tensor2d(LOGITS);
      const rows = await reading(logits, (tensor) => probabilitiesFromTensor(tensor, { fromLogits: true }));
      for (const [sample, row] of rows.entries()) {
        for (const [column, value] of row.entries()) {
          expect(value).toBeCloseTo(SOFTMAX[sample]?.[column] as number, 6);
        }
      }
      const labels = await reading(tf.tensor1d([0, 1, 2, 2], 'int32'), labelsFromTensor);
      expect(logLoss(labels, rows)).toBeCloseTo(logLoss(labels, SOFTMAX), 6);
      expect(accuracyScore(labels, await reading(tf.tensor2d(LOGITS), labelsFromTensor))).toBe(0.75);
    });

    test('gives a copy', async () => {
      const tensor = tf.tensor2d([[0.5, 0.5]]);
      const [row] = (await probabilitiesFromTensor(tensor)) as [Float32Array];
      row[0] = 7;
      expect(Array.from(tensor.dataSync())).toEqual([0.5, 0.5]);
      tensor.dispose();
    });

    test('refuses other ranks and NaN', async () => {
      await expect(reading(tf.ones([5]), probabilitiesFromTensor)).rejects.toThrow('await tensor.data()');
      const diverged = tf.tensor2d([
        [0, 1],
        [Number.NaN, 1],
      ]);
      await expect(
        reading(diverged, (tensor) => probabilitiesFromTensor(tensor, { fromLogits: true })),
      ).rejects.toThrow('in row 1');
    });
  });
});
