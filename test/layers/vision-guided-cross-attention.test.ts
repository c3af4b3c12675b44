import * as tf from '@tensorflow/tfjs-core';
import { model as createModel, input, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, test, vi } from 'vitest';
import { visionGuidedCrossAttention } from '../../src/layers';
import { maxDifference } from '../support/max-difference';
import { useBackend } from '../support/use-backend';

const normal = (shape: number[], seed = 1) => tf.randomNormal(shape, 0, 1, 'float32', seed);

describe('VisionGuidedCrossAttention', () => {
  useBackend('wasm');

  test('trains under model.fit, with the mask as third input', async () => {
    const regions = input({ shape: [5, 6], name: 'regions' });
    const tokens = input({ shape: [7, 6], name: 'tokens' });
    const paddingMask = input({ shape: [7], name: 'paddingMask' });
    const attention = visionGuidedCrossAttention({ numHeads: 2, dropout: 0.1, seed: 3 });
    const fused = attention.apply([regions, tokens, paddingMask]) as SymbolicTensor;
    const pooled = layers.globalAveragePooling1d({}).apply(fused) as SymbolicTensor;
    const outputs = layers.dense({ units: 1 }).apply(pooled) as SymbolicTensor;
    const model = createModel({ inputs: [regions, tokens, paddingMask], outputs });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const context = normal([64, 7, 6], 2);
    const target = tf.mean(context, [1, 2]);
    const { history } = await model.fit([normal([64, 5, 6]), context, tf.ones([64, 7])], target, {
      epochs: 30,
      verbose: 0,
    });
    const losses = history.loss as number[];
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 3);
  });

  test('padding changes nothing, whatever stands there; a bool mask is the same mask', () => {
    const layer = visionGuidedCrossAttention({ numHeads: 2, seed: 3 });
    const [query, context] = [normal([2, 5, 6]), normal([2, 7, 4], 2)];
    const mask = tf.tensor2d([1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1], [2, 7]);
    const noise = tf.mul(tf.expandDims(tf.sub(1, mask), 2), 50);
    const run = (c: tf.Tensor, ...rest: tf.Tensor[]) => layer.apply([query, c, ...rest]) as tf.Tensor;
    const masked = run(context, mask).dataSync();
    expect(maxDifference(run(tf.add(context, noise), mask), masked)).toBe(0);
    expect(maxDifference(run(context, tf.cast(mask, 'bool')), masked)).toBe(0);
    expect(maxDifference(run(context), masked)).toBeGreaterThan(0.01);
  });

  test('dropout draws a new mask at each training call, and none at inference', () => {
    const layer = visionGuidedCrossAttention({ numHeads: 2, dropout: 0.5, seed: 3 });
    const inputs = [normal([2, 5, 6]), normal([2, 7, 4], 2)];
    const run = (training: boolean) => (layer.apply(inputs, { training }) as tf.Tensor).dataSync();
    const [first, second] = [run(true), run(true)];
    expect(first).not.toEqual(second);
    expect(run(false)).toEqual(run(false));
  });

  test('equally shaped kernels start differently', () => {
    const layer = visionGuidedCrossAttention({ numHeads: 2, seed: 3 });
    layer.apply([normal([2, 5, 6]), normal([2, 7, 6])]);
    const [query, , key] = layer.getWeights() as [tf.Tensor, tf.Tensor, tf.Tensor];
    expect(maxDifference(query, key.dataSync())).toBeGreaterThan(0.01);
  });

  test('warns once when there is one key', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const layer = visionGuidedCrossAttention({ numHeads: 2, name: 'fuse' });
    for (let call = 0; call < 3; call++) layer.apply([normal([2, 5, 6]), normal([2, 1, 4])]);
    expect(warn.mock.calls).toHaveLength(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/^Layer fuse: one key: the output does not depend on the query/);
    warn.mockClear();
    const unknown = visionGuidedCrossAttention({ numHeads: 2 });
    unknown.apply([input({ shape: [null, 6] }), input({ shape: [null, 4] })] as SymbolicTensor[]);
    expect(warn).not.toHaveBeenCalled();
    unknown.apply([normal([2, 5, 6]), normal([2, 1, 4])]);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  test.each([
    [
      'a rank-3 third input',
      [
        [2, 5, 6],
        [2, 7, 4],
        [2, 7, 4],
      ],
      /paddingMask \[batch, tokens\] as third input.*received \[2, 5, 6\]/,
    ],
    [
      'other batches',
      [
        [2, 5, 6],
        [3, 7, 4],
      ],
      /one batch size, received \[2, 5, 6\], \[3, 7, 4\]/,
    ],
    [
      'a mask of other tokens',
      [
        [2, 5, 6],
        [2, 7, 4],
        [2, 5],
      ],
      /paddingMask of the context's batch and tokens/,
    ],
    [
      'a context without tokens',
      [
        [2, 5, 6],
        [2, 4],
      ],
      /context \[batch, tokens, dim\]/,
    ],
    [
      'a query of rank 4',
      [
        [2, 5, 5, 6],
        [2, 7, 4],
      ],
      /query \[batch, regions, dim\]/,
    ],
  ] as const)('%s is refused', (_name, shapes, message) => {
    const layer = visionGuidedCrossAttention({ numHeads: 2, name: 'fuse' });
    expect(() => layer.apply(shapes.map((shape) => tf.zeros([...shape])))).toThrow(message);
  });

  test('arguments out of range are refused', () => {
    expect(() => visionGuidedCrossAttention({ numHeads: 0 })).toThrow(
      /numHeads to be an integer of at least 1, received 0/,
    );
    expect(() => visionGuidedCrossAttention({ numHeads: 2, dropout: 1 })).toThrow(
      /dropout in \[0, 1\), received 1/,
    );
    const layer = visionGuidedCrossAttention({ numHeads: 4 });
    expect(() => layer.apply([normal([2, 5, 6]), normal([2, 7, 4])])).toThrow(/outputDim 6 and numHeads 4/);
  });

  test('a tensor of another copy of tfjs-layers is named as such', () => {
    class SymbolicTensor {
      readonly sourceLayer = {};
    }
    const foreign = new SymbolicTensor() as never;
    expect(() => visionGuidedCrossAttention({ numHeads: 2 }).apply([foreign, foreign])).toThrow(
      /Two copies are installed/,
    );
  });
});
