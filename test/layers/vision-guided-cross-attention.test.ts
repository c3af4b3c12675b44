import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackendError, OptionError, ShapeError } from '../../src/errors';
import {
  VisionGuidedCrossAttention,
  type VisionGuidedCrossAttentionArgs,
  visionGuidedCrossAttention,
} from '../../src/layers';
import { largest } from '../support/largest';
import { maxDifference } from '../support/max-difference';
import { noise } from '../support/noise';
import { ONE_KEY_ROUNDING, useBackend } from '../support/use-backend';

useBackend();

const attention = (args: Partial<VisionGuidedCrossAttentionArgs> = {}) =>
  visionGuidedCrossAttention({ numHeads: 2, seed: 3, name: 'attention', ...args });
const query = () => noise([2, 5, 14], 1);
const context = () => noise([2, 7, 11], 2);
const PADDED = [
  [1, 1, 1, 0, 0, 0, 0],
  [1, 1, 1, 1, 1, 0, 0],
];
const mask = () => tf.tensor2d(PADDED);

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});
beforeEach(() => {
  warnings.mockClear();
});
afterEach(() => {
  tf.disposeVariables();
});

describe('widths', () => {
  it('takes outputDim from the query and keyDim from outputDim', () => {
    const layer = attention();
    layer.apply([query(), context()]);
    expect(layer.getWeights().map(({ shape }) => shape)).toEqual([
      [14, 14],
      [14],
      [11, 14],
      [14],
      [11, 14],
      [14],
      [14, 14],
      [14],
    ]);
    const narrow = attention({ outputDim: 6 });
    expect((narrow.apply([query(), context()]) as tf.Tensor).shape).toEqual([2, 5, 6]);
    expect(narrow.getWeights()[0]?.shape).toEqual([14, 6]);
  });
});

describe('mask', () => {
  it('hides padding: its tokens have no effect and get no score', () => {
    const layer = attention({ returnAttentionScores: true });
    const run = (...inputs: tf.Tensor[]) => layer.apply(inputs) as [tf.Tensor, tf.Tensor];
    const [output, scores] = run(query(), context(), mask());
    const [open] = run(query(), context());
    expect(maxDifference(output, open.dataSync())).toBeGreaterThan(1e-2);

    const changed = tf.where(tf.cast(tf.expandDims(mask(), 2), 'bool'), context(), tf.fill([2, 7, 11], 1e3));
    expect(maxDifference(run(query(), changed, mask())[0], output.dataSync())).toBe(0);
    expect(largest(tf.mul(scores, tf.reshape(tf.sub(1, mask()), [2, 1, 1, 7])))).toBe(0);
    expect(maxDifference(tf.sum(scores, -1), new Float32Array(2 * 2 * 5).fill(1))).toBeLessThan(1e-6);
  });

  it('may be of numbers or of booleans', () => {
    const layer = attention();
    const run = (given: tf.Tensor) => layer.apply([query(), context(), given]) as tf.Tensor;
    const expected = run(mask()).dataSync();
    expect(maxDifference(run(tf.cast(mask(), 'bool')), expected)).toBe(0);
    expect(maxDifference(run(tf.cast(mask(), 'int32')), expected)).toBe(0);
  });

  it('leaves the output bias alone where all is padding', () => {
    const layer = attention();
    const nothing = tf.tensor2d([PADDED[0] as number[], new Array<number>(7).fill(0)]);
    tf.dispose(layer.apply([query(), context(), nothing]) as tf.Tensor);
    const weights = layer.getWeights();
    layer.setWeights([...weights.slice(0, 7), noise([14], 9)]);
    const output = layer.apply([query(), context(), nothing]) as tf.Tensor3D;
    const bias = tf.tile(tf.reshape(noise([14], 9), [1, 14]), [5, 1]);
    expect(maxDifference(tf.slice(output, [1, 0, 0], [1, 5, 14]), bias.dataSync())).toBe(0);
  });
});

describe('errors name the layer, what it expected and what it received', () => {
  const cases: [string, () => tf.Tensor[], string][] = [
    [
      'a third input of rank 3',
      () => [query(), context(), context()],
      'Layer attention: expected a paddingMask [batch, tokens] as third input; keys and values both come from the ' +
        'context, received [2, 5, 14], [2, 7, 11], [2, 7, 11].',
    ],
    [
      'another batch size',
      () => [query(), noise([3, 7, 11])],
      'Layer attention: expected query and context of one batch size, received [2, 5, 14], [3, 7, 11].',
    ],
    [
      'a mask of other tokens',
      () => [query(), context(), tf.ones([2, 5])],
      "Layer attention: expected a paddingMask of the context's batch and tokens, received [2, 5, 14], [2, 7, 11], [2, 5].",
    ],
    [
      'a mask of another batch',
      () => [query(), context(), tf.ones([3, 7])],
      "Layer attention: expected a paddingMask of the context's batch and tokens, received [2, 5, 14], [2, 7, 11], [3, 7].",
    ],
    [
      'no context',
      () => [query()],
      'Layer attention: expected inputs [query, context] or [query, context, paddingMask], received [2, 5, 14].',
    ],
    [
      'four inputs',
      () => [query(), context(), mask(), mask()],
      'Layer attention: expected inputs [query, context] or [query, context, paddingMask], received [2, 5, 14], ' +
        '[2, 7, 11], [2, 7], [2, 7].',
    ],
    [
      'a context of rank 2',
      () => [query(), noise([2, 7])],
      'Layer attention: expected a context [batch, tokens, dim], received [2, 5, 14], [2, 7].',
    ],
    [
      'a query of rank 4',
      () => [noise([2, 5, 3, 14]), context()],
      'Layer attention: expected a query [batch, regions, dim] or [batch, dim], received [2, 5, 3, 14], [2, 7, 11].',
    ],
  ];
  it.each(cases)('%s', (_name, inputs, message) => {
    const apply = () => attention().apply(inputs());
    expect(apply).toThrow(ShapeError);
    expect(apply).toThrow(message);
    // Also when the layer is built already.
    const layer = attention();
    layer.apply([query(), context()]);
    expect(() => layer.apply(inputs())).toThrow(message);
  });

  it('a query without context, not in a list', () => {
    expect(() => attention().apply(query())).toThrow(ShapeError);
  });

  it('heads that do not divide the width', () => {
    const apply = () => attention({ numHeads: 3 }).apply([query(), context()]);
    expect(apply).toThrow(OptionError);
    expect(apply).toThrow('received outputDim 14 and numHeads 3');
    expect(() => attention({ numHeads: 3, keyDim: 5 }).apply([query(), context()])).not.toThrow();
  });

  it.each([
    [{ dropout: 1 }, 'Layer attention: expected dropout in [0, 1), received 1.'],
    [{ dropout: -0.1 }, 'Layer attention: expected dropout in [0, 1), received -0.1.'],
    [{ dropout: Number.NaN }, 'Layer attention: expected dropout in [0, 1), received NaN.'],
    [{ numHeads: 0 }, 'Layer attention: expected numHeads to be an integer of at least 1, received 0.'],
    [{ keyDim: 1.5 }, 'Layer attention: expected keyDim to be an integer of at least 1, received 1.5.'],
    [{ outputDim: -2 }, 'Layer attention: expected outputDim to be an integer of at least 1, received -2.'],
  ])('option %o', (args, message) => {
    expect(() => attention(args)).toThrow(OptionError);
    expect(() => attention(args)).toThrow(message);
  });

  it('an input of another copy of TensorFlow.js', () => {
    class SymbolicTensor {
      readonly shape = [null, 5, 14];
    }
    const foreign = new SymbolicTensor() as never;
    const apply = () => attention().apply([foreign, foreign]);
    expect(apply).toThrow(BackendError);
    expect(apply).toThrow(
      /^Layer attention: expected .* received one made by another copy\. Two copies are installed: run `npm ls @tensorflow\/tfjs-layers`/,
    );
    const minified = { sourceLayer: {}, shape: [null, 5, 14] } as never;
    expect(() => attention().apply([minified, minified])).toThrow('Two copies are installed');
  });
});

describe('one key', () => {
  const oneToken = () => noise([2, 1, 11], 2);

  it('warns once when it is built so', () => {
    const layer = attention();
    layer.apply([query(), oneToken()]);
    layer.apply([query(), oneToken()]);
    expect(warnings).toHaveBeenCalledTimes(1);
    expect(warnings).toHaveBeenCalledWith(
      expect.stringMatching(/^Layer attention: one key: the output does not depend on the query/),
    );
  });

  it('does not warn of a batch of any length that happens to have one token', () => {
    const layer = attention();
    layer.apply([input({ shape: [5, 14] }), input({ shape: [null, 11] })]);
    layer.apply([query(), oneToken()]);
    expect(warnings).not.toHaveBeenCalled();
  });

  it('does not warn where it is told not to, nor when it comes back from its config', () => {
    const layer = attention({ warnOfOneKey: false });
    layer.apply([query(), oneToken()]);
    const copy = new VisionGuidedCrossAttention(layer.getConfig() as never);
    copy.apply([query(), oneToken()]);
    expect(warnings).not.toHaveBeenCalled();
    const told = new VisionGuidedCrossAttention(attention().getConfig() as never);
    told.apply([query(), oneToken()]);
    expect(warnings).toHaveBeenCalledTimes(1);
  });

  it('does not warn of more', () => {
    attention().apply([query(), context(), mask()]);
    expect(warnings).not.toHaveBeenCalled();
  });

  it('gives the query a gradient of exactly zero', () => {
    const layer = attention();
    const gradientOf = (tokens: tf.Tensor) =>
      tf.grad((x) => tf.sum(tf.square(layer.apply([x, tokens]) as tf.Tensor)))(query());
    expect(largest(gradientOf(oneToken()))).toBeLessThanOrEqual(ONE_KEY_ROUNDING);
    expect(largest(gradientOf(context()))).toBeGreaterThan(1e-3);
  });
});

describe('dropout', () => {
  const calls = (seed: number, training: boolean) => {
    const layer = attention({ dropout: 0.5, seed });
    return [1, 2, 3].map(() => (layer.apply([query(), context()], { training }) as tf.Tensor).dataSync());
  };

  it('repeats for a seed, and differs from call to call', () => {
    const [first, second, third] = calls(3, true);
    expect(calls(3, true)).toEqual([first, second, third]);
    expect(first).not.toEqual(second);
    expect(second).not.toEqual(third);
    expect(calls(4, true)[0]).not.toEqual(first);
  });

  it('does nothing in inference', () => {
    const [first, second] = calls(3, false);
    expect(second).toEqual(first);
    const without = attention({ dropout: 0, seed: 3 }).apply([query(), context()], { training: true });
    expect((without as tf.Tensor).dataSync()).toEqual(first);
  });

  it('leaves the returned scores whole', () => {
    const layer = attention({ dropout: 0.5, returnAttentionScores: true });
    const [, scores] = layer.apply([query(), context()], { training: true }) as [tf.Tensor, tf.Tensor];
    expect(maxDifference(tf.sum(scores, -1), new Float32Array(2 * 2 * 5).fill(1))).toBeLessThan(1e-6);
  });
});

describe('initial kernels', () => {
  it('differ although their shapes are equal', () => {
    const layer = attention();
    layer.apply([query(), noise([2, 7, 14])]);
    const kernels = layer.getWeights().filter(({ rank }) => rank === 2);
    expect(new Set(kernels.map((kernel) => String(kernel.dataSync()))).size).toBe(4);
  });
});

describe('tf.LayersModel.fit', () => {
  it('trains the layer with the mask as third input', async () => {
    const inputs = [
      input({ shape: [5, 14], name: 'regions' }),
      input({ shape: [7, 11], name: 'tokens' }),
      input({ shape: [7], name: 'paddingMask' }),
    ];
    const attended = attention({ dropout: 0.1 }).apply(inputs) as SymbolicTensor;
    const pooled = layers.globalAveragePooling1d({}).apply(attended);
    const outputs = layers.dense({ units: 1 }).apply(pooled) as SymbolicTensor;
    const net = model({ inputs, outputs });
    net.compile({ optimizer: tf.train.adam(0.03), loss: 'meanSquaredError' });
    const x = [noise([16, 5, 14], 4), noise([16, 7, 11], 5), tf.tile(mask(), [8, 1])];
    const y = tf.slice(tf.mean(x[1] as tf.Tensor, 1), [0, 0], [16, 1]);
    const { history } = await net.fit(x, y, { epochs: 15, batchSize: 8, shuffle: false });
    const losses = history.loss as number[];
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 3);
  });
});
