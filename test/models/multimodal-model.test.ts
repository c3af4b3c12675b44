import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LabelledExamples } from '../../src/data';
import { OptionError, ShapeError } from '../../src/errors';
import { ModalityStandIns } from '../../src/layers';
import {
  compactImageEncoder,
  compactTextEncoder,
  fusionClassifier,
  type MultimodalParts,
  multimodalModel,
  wideTextClassifier,
} from '../../src/models';
import { createRandom } from '../../src/random';
import { train } from '../../src/training';
import { noise } from '../support/noise';
import { reload } from '../support/reload';
import { hashOfWeights, scrambled, weightsOf } from '../support/toy-training';
import { useBackend } from '../support/use-backend';

useBackend();

const SIZES = { textDim: 13, imageDim: 11, projectionDim: 8, numHeads: 2, auxiliaryHeads: true };

describe('multimodalModel', () => {
  it('takes the inputs of the classifier itself for streams without an encoder', () => {
    const model = multimodalModel({ classifier: fusionClassifier(SIZES) });
    expect(model.inputNames).toEqual(['tokens', 'paddingMask', 'regions']);
    expect(model.inputs.map(({ shape }) => shape)).toEqual([
      [null, null, 13],
      [null, null],
      [null, null, 11],
    ]);
    expect(model.outputNames.map((name) => name.split('/')[0])).toEqual([
      'logits',
      'textLogits',
      'imageLogits',
    ]);
  });

  it('joins frozen tokens with an image encoder that is trained', () => {
    const model = multimodalModel({
      imageEncoder: compactImageEncoder({ imageSize: 56, dim: 11 }),
      classifier: fusionClassifier({ ...SIZES, numRegions: 49 }),
    });
    expect(model.inputNames).toEqual(['tokens', 'paddingMask', 'image']);
  });

  const classifier = () => fusionClassifier({ ...SIZES, numRegions: 49 });
  const text = (dim: number) => compactTextEncoder({ gramsPerToken: 3, buckets: 17, dim });
  it.each<[string, () => object, RegExp]>([
    [
      'a text encoder of another width',
      () => ({ textEncoder: text(12) }),
      /tokens to be \[\?, \?, 13\].*\[\?, \?, 12\]/,
    ],
    [
      'an image encoder of another width',
      () => ({ imageEncoder: compactImageEncoder({ dim: 13 }) }),
      /\[\?, 49, 13\]/,
    ],
    [
      'an image encoder of other regions',
      () => ({ imageEncoder: compactImageEncoder({ dim: 11, grid: 4 }) }),
      /\[\?, 16, 11\]/,
    ],
    [
      'encoders that are swapped',
      () => ({ textEncoder: compactImageEncoder({ dim: 11 }) }),
      /\[\?, 49, 11\]/,
    ],
    [
      'a wide path of other classes',
      () => ({ wideTextClassifier: wideTextClassifier({ buckets: 17, maxGrams: 5, numClasses: 4 }) }),
      /wide path's logits to be \[\?, 3\].*\[\?, 4\]/,
    ],
  ])('refuses %s', (_what, parts, message) => {
    const build = () => multimodalModel({ classifier: classifier(), ...parts() });
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(message);
  });

  it.each([{}, { classifier: 'fusion' }, { classifier: null }])(
    'refuses %j in place of a classifier',
    (parts) => {
      expect(() => multimodalModel(parts as never)).toThrow(OptionError);
      expect(() => multimodalModel(parts as never)).toThrow(/classifier to be a tfjs model, received/);
    },
  );
});

describe('modalityDropout', () => {
  const [TOKENS, GRAMS, BUCKETS] = [4, 3, 17];
  const compact = (options: Partial<MultimodalParts> = {}) =>
    multimodalModel({
      textEncoder: compactTextEncoder({ gramsPerToken: GRAMS, buckets: BUCKETS, dim: 13 }),
      imageEncoder: compactImageEncoder({ imageSize: 4, grid: 2, dim: 11 }),
      classifier: fusionClassifier({ ...SIZES, numRegions: 4 }),
      wideTextClassifier: wideTextClassifier({ buckets: BUCKETS, maxGrams: 5 }),
      ...options,
    });
  const frozen = (options: Partial<MultimodalParts> = {}) =>
    multimodalModel({ classifier: fusionClassifier(SIZES), modalityDropout: 0.3, ...options });
  const ids = (shape: number[], seed: number) => {
    const random = createRandom(seed);
    const size = tf.util.sizeFromShape(shape);
    return tf.tensor(
      Int32Array.from({ length: size }, () => random.integer(BUCKETS)),
      shape,
      'int32',
    );
  };
  const column = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);
  /** Two posts; other seeds give other halves. */
  const post = (text: number, image: number): Record<string, tf.Tensor> => ({
    gramIds: ids([2, TOKENS, GRAMS], text),
    tokens: noise([2, TOKENS, 13], text),
    paddingMask: tf.tensor2d([
      [1, 1, 1, text % 2],
      [1, 1, 0, 0],
    ]),
    wideIds: ids([2, 5], text + 1),
    wideWeights: noise([2, 5], text + 2),
    image: noise([2, 4, 4, 3], image),
    regions: noise([2, 4, 11], image),
    textPresent: column(1, 1),
    imagePresent: column(1, 1),
  });
  const predict = (model: LayersModel, inputs: Record<string, tf.Tensor>) =>
    (model.predict(model.inputNames.map((name) => inputs[name] as tf.Tensor)) as tf.Tensor[]).map((output) =>
      Array.from(output.dataSync()),
    );
  /** Weights that no layer begins with; the wide table begins at zero. */
  const trained = (model: LayersModel) => scrambled(model, 5);

  it('of 0 changes nothing', () => {
    const [before, after] = [compact(), compact({ modalityDropout: 0, seed: 9 })];
    expect(after.inputNames).toEqual(['gramIds', 'paddingMask', 'image', 'wideIds', 'wideWeights']);
    expect(after.layers.map(({ name }) => name).sort()).toEqual(
      [
        ...after.inputNames,
        'text_encoder',
        'image_encoder',
        'fusion',
        'wide_text',
        'logits',
        'textLogits',
        'imageLogits',
      ].sort(),
    );
    expect(after.toJSON(null, false)).toEqual(before.toJSON(null, false));
    expect(hashOfWeights(after)).toBe(hashOfWeights(before));
    expect(predict(after, post(1, 2))).toEqual(predict(before, post(1, 2)));
  });

  it('of more adds two inputs and two weights, and leaves whole posts their answers', () => {
    const model = compact({ modalityDropout: 0.3 });
    expect(model.inputNames.slice(-3)).toEqual(['wideWeights', 'textPresent', 'imagePresent']);
    expect(model.inputs.slice(-2).map(({ shape }) => shape)).toEqual([
      [null, 1],
      [null, 1],
    ]);
    const added = model.weights.filter(({ originalName }) => originalName.startsWith('stand_ins/'));
    expect(added.map(({ originalName, shape }) => [originalName, shape])).toEqual([
      ['stand_ins/text_stand_in', [13]],
      ['stand_ins/image_stand_in', [11]],
    ]);
    const without = compact();
    expect(predict(model, post(1, 2))).toEqual(predict(without, post(1, 2)));
  });

  it.each([
    ['text', [0, 1], [1, 1]],
    ['image', [1, 1], [0, 1]],
  ] as const)('answers a post without its %s whatever that holds', (half, text, image) => {
    const model = trained(compact({ modalityDropout: 0.3 }));
    const present = { textPresent: column(...text), imagePresent: column(...image) };
    const [one, other] = half === 'text' ? [post(1, 2), post(3, 2)] : [post(1, 2), post(1, 4)];
    const [first, second] = [one, other].map((inputs) => predict(model, { ...inputs, ...present }));
    for (const [at, logits] of (first as number[][]).entries()) {
      expect(logits.every(Number.isFinite)).toBe(true);
      expect(second?.[at]?.slice(0, 3)).toEqual(logits.slice(0, 3));
    }
    // The post beside it has both halves, and another half is another answer.
    expect(second?.[0]?.slice(3)).not.toEqual(first?.[0]?.slice(3));
    expect(predict(model, one)[0]).not.toEqual(first?.[0]);
  });

  it.each(['vision-guided', 'text-guided', 'concat'] as const)(
    '%s reads no NaN of a missing half',
    (fusion) => {
      const model = frozen({ classifier: fusionClassifier({ ...SIZES, fusion }) });
      const whole = post(1, 2);
      const nothing = tf.fill([1, TOKENS, 13], Number.NaN);
      const tokens = tf.concat([nothing, tf.slice(whole.tokens as tf.Tensor, 1, 1)]);
      const regions = tf.concat([
        tf.slice(whole.regions as tf.Tensor, 0, 1),
        tf.fill([1, 4, 11], Number.NaN),
      ]);
      const present = { textPresent: column(0, 1), imagePresent: column(1, 0) };
      const expected = predict(model, { ...whole, ...present });
      expect(predict(model, { ...whole, ...present, tokens, regions })).toEqual(expected);
      expect(expected.flat().every(Number.isFinite)).toBe(true);
    },
  );

  it('is without effect where the classifier reads one stream', () => {
    const classifier = () => fusionClassifier({ ...SIZES, fusion: 'text-only' });
    const model = frozen({ classifier: classifier() });
    expect(model.inputNames).toEqual(['tokens', 'paddingMask']);
    expect(model.toJSON(null, false)).toEqual(
      multimodalModel({ classifier: classifier() }).toJSON(null, false),
    );
  });

  it('is saved and loaded without a difference', async () => {
    const model = trained(compact({ modalityDropout: 0.3, seed: 4 }));
    const inputs = { ...post(1, 2), textPresent: column(0, 1), imagePresent: column(1, 0) };
    const loaded = await reload(model);
    expect(predict(loaded, inputs)).toEqual(predict(model, inputs));
    const layer = loaded.getLayer('stand_ins');
    expect(layer).toBeInstanceOf(ModalityStandIns);
    expect(layer.getConfig()).toEqual(model.getLayer('stand_ins').getConfig());
  });

  it.each([[1], [-0.1], ['0.3']])('of %s is refused', (modalityDropout) => {
    const build = () => frozen({ modalityDropout: modalityDropout as number });
    expect(build).toThrow(OptionError);
    expect(build).toThrow(/multimodalModel: expected modalityDropout to be a number in \[0, 1\), received/);
  });

  /** Posts whose label both halves tell, a third of them without a text and a third without an image. */
  const posts = (size: number, seed: number): LabelledExamples => {
    const random = createRandom(seed);
    const label = Int32Array.from({ length: size }, () => random.integer(3));
    const half = (positions: number, dim: number, missing: number) =>
      Array.from(label, (value, at) =>
        Array.from({ length: positions }, () =>
          Array.from({ length: dim }, (_, axis) =>
            at % 3 === missing ? 0 : (axis % 3 === value ? 2 : 0) + 0.5 * random.normal(),
          ),
        ),
      );
    const [tokens, regions] = [half(TOKENS, 13, 0), half(4, 11, 1)];
    const pick = <T>(rows: T[], indices: readonly number[]) => indices.map((at) => rows[at] as T);
    return {
      size,
      labels: { label },
      batch: (indices) => ({
        tokens: tf.tensor3d(pick(tokens, indices)),
        paddingMask: tf.ones([indices.length, TOKENS]),
        regions: tf.tensor3d(pick(regions, indices)),
        textPresent: column(...indices.map((at) => (at % 3 === 0 ? 0 : 1))),
        imagePresent: column(...indices.map((at) => (at % 3 === 1 ? 0 : 1))),
      }),
    };
  };

  it('is learnt: posts of one half are answered', async () => {
    const classifier = fusionClassifier({ ...SIZES, auxiliaryHeads: false, dropout: 0 });
    const model = frozen({ classifier });
    const standIns = () =>
      model
        .getLayer('stand_ins')
        .getWeights()
        .map((weight) => Array.from(weight.dataSync()));
    const before = standIns();
    const options = { validation: posts(90, 2), epochs: 12, learningRate: 0.01, seed: 3 };
    const run = await train(model, posts(240, 1), options);
    for (const [at, values] of standIns().entries()) {
      const moved = values.map((value, axis) => Math.abs(value - (before[at]?.[axis] as number)));
      expect(Math.max(...moved)).toBeGreaterThan(1e-2);
    }
    expect(run.validation?.accuracy).toBeGreaterThan(0.9);
  });

  it('goes on bit for bit where training was interrupted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stand-ins-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const make = () => frozen({ classifier: fusionClassifier({ ...SIZES, auxiliaryHeads: false }), seed: 8 });
    const data = posts(96, 1);
    const options = { validation: posts(30, 2), epochs: 2, batchSize: 16, seed: 3 };
    const straight = make();
    await train(straight, data, options);
    let resumed = make();
    for (const stop of [2, 7, Number.POSITIVE_INFINITY]) {
      const controller = new AbortController();
      await train(resumed, data, {
        ...options,
        signal: controller.signal,
        checkpoints: { directory: folder, resume: true },
        callbacks: [{ onStepEnd: ({ globalStep }) => void (globalStep === stop && controller.abort()) }],
      });
      if (stop < 12) resumed = scrambled(make(), stop);
    }
    expect(weightsOf(resumed)).toEqual(weightsOf(straight));
    // Another seed loses other halves.
    const other = frozen({ classifier: fusionClassifier({ ...SIZES, auxiliaryHeads: false }), seed: 9 });
    other.setWeights(make().getWeights());
    await train(other, data, options);
    expect(weightsOf(other)).not.toEqual(weightsOf(straight));
  });
});
