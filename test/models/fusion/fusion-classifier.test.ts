import * as tf from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, test, vi } from 'vitest';
import { maskedAveragePooling } from '../../../src/layers';
import {
  crossAttend,
  FUSION_NAMES,
  type FusionClassifierOptions,
  type FusionStrategy,
  fusionClassifier,
} from '../../../src/models';
import { reload } from '../../support/reload';
import { ONE_KEY_ROUNDING, useBackend } from '../../support/use-backend';

const sizes = {
  textDim: 11,
  imageDim: 13,
  numTokens: 5,
  numRegions: 7,
  projectionDim: 6,
  numHeads: 2,
  dropout: 0,
};
const mask = () => tf.tensor2d([1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0], [3, 5]);
const inputsOf: Record<string, () => tf.Tensor> = {
  tokens: () => tf.randomNormal([3, 5, 11], 0, 1, 'float32', 1),
  paddingMask: mask,
  regions: () => tf.randomNormal([3, 7, 13], 0, 1, 'float32', 2),
};

/** The largest absolute gradient of each trainable weight, by layer and weight name. */
function gradients(options: FusionClassifierOptions): Map<string, number> {
  const model = fusionClassifier(options);
  const inputs = model.inputNames.map((name) => (inputsOf[name] as () => tf.Tensor)());
  const { grads } = tf.variableGrads(
    () =>
      tf.tidy(() => {
        const outputs = model.apply(inputs, { training: true }) as tf.Tensor | tf.Tensor[];
        const all = (Array.isArray(outputs) ? outputs : [outputs]).map((output) => tf.sum(tf.square(output)));
        return tf.addN(all) as tf.Scalar;
      }),
    model.trainableWeights.map((weight) => weight.read() as tf.Variable),
  );
  return new Map(
    model.trainableWeights.map((weight) => {
      const gradient = grads[(weight.read() as tf.Variable).name] as tf.Tensor;
      return [weight.originalName, tf.max(tf.abs(gradient)).dataSync()[0] as number];
    }),
  );
}

describe('fusionClassifier', () => {
  useBackend();

  test.each(FUSION_NAMES)('%s: shapes, prefixed names, and every weight learns', (fusion) => {
    const model = fusionClassifier({ ...sizes, fusion, auxiliaryHeads: true });
    expect(model.outputs.every(({ shape }) => shape[1] === 3)).toBe(true);
    const names = model.weights.map(({ originalName }) => originalName);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !name.startsWith('fusion/'))).toEqual([]);
    for (const [name, largest] of gradients({ ...sizes, fusion, auxiliaryHeads: true })) {
      // Adding a constant to all keys moves every logit of a row alike, which softmax ignores.
      if (name.endsWith('key_bias')) expect(largest).toBeLessThan(1e-5);
      else expect(largest, name).toBeGreaterThan(0);
    }
  });

  test.each([
    ['vision-guided', { tokens: 'cls' }, 'image_projection'],
    ['text-guided', { regions: 'pooled' }, 'text_projection'],
  ] as const)(
    "%s with one key and no residual ignores the query, as the article's code does",
    (fusion, one, dead) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const found = gradients({ ...sizes, fusion, ...one, residual: false });
      expect(warn).toHaveBeenCalledTimes(1);
      warn.mockRestore();
      expect(found.get(`fusion/${dead}/kernel`)).toBeLessThanOrEqual(ONE_KEY_ROUNDING);
      expect(found.get('fusion/attention/query_kernel')).toBeLessThanOrEqual(ONE_KEY_ROUNDING);
      expect(found.get('fusion/attention/value_kernel')).toBeGreaterThan(0);
    },
  );

  test.each([
    ['vision-guided', { tokens: 'cls' }],
    ['text-guided', { regions: 'pooled' }],
  ] as const)('%s with one key and a residual reads the query, and does not warn', async (fusion, one) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const found = gradients({ ...sizes, fusion, ...one });
    for (const stream of ['image', 'text'])
      expect(found.get(`fusion/${stream}_projection/kernel`)).toBeGreaterThan(0);
    await reload(fusionClassifier({ ...sizes, fusion, ...one }));
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  test('texts of one token in a model of any length do not warn', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { textDim, imageDim, projectionDim, numHeads } = sizes;
    const model = fusionClassifier({ textDim, imageDim, projectionDim, numHeads, residual: false });
    model.predict([tf.ones([2, 1, textDim]), tf.ones([2, 1]), tf.ones([2, 3, imageDim])]);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  /** Tokens that have asked the regions, and their mean. */
  const own: FusionStrategy = {
    usesText: true,
    usesImage: true,
    fuse({ tokens, paddingMask, regions }, settings) {
      const attended = crossAttend(tokens, [regions], settings);
      const mean = maskedAveragePooling({ name: `${settings.name}/mine` }).apply([attended, paddingMask]);
      return layers.dense({ units: 3, name: `${settings.name}/mine_too` }).apply(mean) as SymbolicTensor;
    },
  };

  test("a strategy of one's own: every weight learns, and it saves and loads", async () => {
    const options = { ...sizes, fusion: own, auxiliaryHeads: true };
    for (const [name, largest] of gradients(options)) {
      if (!name.endsWith('key_bias')) expect(largest, name).toBeGreaterThan(0);
    }
    const model = fusionClassifier(options);
    const inputs = model.inputNames.map((name) => (inputsOf[name] as () => tf.Tensor)());
    const [before] = model.predict(inputs) as tf.Tensor[];
    const [after] = (await reload(model)).predict(inputs) as tf.Tensor[];
    expect(after?.dataSync()).toEqual(before?.dataSync());
  });

  test.each([
    [{ usesText: true, usesImage: true }],
    [{ usesText: false, usesImage: false, fuse: own.fuse }],
    [{ usesText: 1, usesImage: true, fuse: own.fuse }],
    [own.fuse],
  ])('%j is no strategy', (fusion) => {
    const build = () => fusionClassifier({ ...sizes, fusion: fusion as never });
    expect(build).toThrow(/or a strategy \{ usesText, usesImage, fuse \}.*received/);
  });

  test.each<[string, Partial<FusionStrategy>, RegExp]>([
    [
      'reads a stream that it does not declare',
      { usesImage: false },
      /reads a stream .* usesText is true, usesImage false/,
    ],
    [
      'gives nothing',
      { fuse: () => undefined as never },
      /return a symbolic tensor \[batch, dim\], received undefined/,
    ],
    ['is asynchronous', { fuse: async () => {} } as never, /received a Promise/],
    ['gives a sequence', { fuse: ({ tokens }) => tokens }, /received one of shape \[\?, 5, 6\]/],
  ])('a strategy that %s is refused', (_what, wrong, message) => {
    expect(() => fusionClassifier({ ...sizes, fusion: { ...own, ...wrong } })).toThrow(message);
  });

  test('the same seed gives the same model, padding tokens count for nothing', () => {
    const run = (seed: number, tokens: tf.Tensor) => {
      const model = fusionClassifier({ ...sizes, seed });
      return (model.predict([tokens, mask(), inputsOf.regions?.() as tf.Tensor]) as tf.Tensor).dataSync();
    };
    const tokens = inputsOf.tokens?.() as tf.Tensor;
    const other = tf.add(tokens, tf.mul(tf.sub(1, tf.expandDims(mask(), 2)), 9));
    expect(run(3, tokens)).toEqual(run(3, tokens));
    expect(run(3, tokens)).not.toEqual(run(4, tokens));
    const [before, after] = [run(3, tokens), run(3, other)];
    for (const [index, value] of before.entries()) expect(after[index]).toBeCloseTo(value, 5);
  });

  test('wrong options name what was expected', () => {
    expect(() => fusionClassifier({ ...sizes, fusion: 'sum' as never })).toThrow(
      /one of vision-guided.*received 'sum'/,
    );
    expect(() => fusionClassifier({ ...sizes, fusion: 'vision-guide' as never })).toThrow(
      /Did you mean vision-guided/,
    );
    const { textDim, ...without } = sizes;
    expect(() => fusionClassifier(without as never)).toThrow(
      'fusionClassifier: expected textDim, an integer of at least 1, received none.',
    );
    expect(() => fusionClassifier({ ...sizes, numHeads: 4 })).toThrow(
      /multiple of numHeads, received 6 and 4/,
    );
    expect(() => fusionClassifier({ ...sizes, heads: 4 } as never)).toThrow(/received "heads".*numHeads/);
    expect(() => fusionClassifier({ ...sizes, dropout: 1 })).toThrow(/dropout to be a number in \[0, 1\)/);
  });
});
