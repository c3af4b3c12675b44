import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/errors';
import * as library from '../../src/layers';
import {
  embeddingBag,
  firstPosition,
  imagePatches,
  layerNorm,
  maskedAveragePooling,
  modalityStandIns,
  positionEmbedding,
  seededDropout,
  visionGuidedCrossAttention,
} from '../../src/layers';
import { noise } from '../support/noise';
import { testLayerContract } from '../support/test-layer-contract';
import { useBackend } from '../support/use-backend';

useBackend();

const ids = (shape: number[], bound: number) =>
  tf.tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => (at * 7) % bound),
    shape,
    'int32',
  );
const paddingMask = (batch: number, tokens: number) =>
  tf.tensor2d(
    Array.from({ length: batch }, (_, row) =>
      Array.from({ length: tokens }, (_, at) => (at <= row + 1 ? 1 : 0)),
    ),
  );

testLayerContract('EmbeddingBag', {
  create: (seed) => embeddingBag({ inputDim: 11, outputDim: 3, seed }),
  inputs: () => [ids([2, 7, 5], 11)],
  outputs: [[2, 7, 3]],
  weights: { table: [11, 3] },
  seeded: ['table'],
});

testLayerContract('EmbeddingBag with weights', {
  create: (seed) => embeddingBag({ inputDim: 11, outputDim: 3, initialScale: 0, seed }),
  inputs: () => [ids([2, 5], 11), noise([2, 5])],
  outputs: [[2, 3]],
  weights: { table: [11, 3] },
});

testLayerContract('FirstPosition', {
  create: () => firstPosition(),
  inputs: () => [noise([2, 5, 3])],
  outputs: [[2, 1, 3]],
  weights: {},
});

testLayerContract('ImagePatches', {
  create: () => imagePatches({ grid: 2 }),
  inputs: () => [noise([5, 6, 14, 3])],
  outputs: [[5, 4, 63]],
  weights: {},
});

testLayerContract('LayerNorm', {
  create: () => layerNorm({ epsilon: 1e-5 }),
  inputs: () => [noise([2, 3, 7])],
  outputs: [[2, 3, 7]],
  weights: { gamma: [7], beta: [7] },
});

testLayerContract('MaskedAveragePooling', {
  create: () => maskedAveragePooling(),
  inputs: () => [noise([2, 5, 3]), paddingMask(2, 5)],
  outputs: [[2, 3]],
  weights: {},
});

testLayerContract('ModalityStandIns', {
  create: (seed) => modalityStandIns({ rate: 0.3, seed }),
  inputs: () => [
    noise([2, 5, 3], 1),
    paddingMask(2, 5),
    noise([2, 7, 11], 2),
    tf.tensor2d([[0], [1]]),
    tf.tensor2d([[1], [0]]),
  ],
  outputs: [
    [2, 5, 3],
    [2, 5],
    [2, 7, 11],
    [2, 1],
  ],
  weights: { text_stand_in: [3], image_stand_in: [11] },
  seeded: ['text_stand_in', 'image_stand_in'],
});

testLayerContract('PositionEmbedding', {
  create: (seed) => positionEmbedding({ seed }),
  inputs: () => [noise([2, 5, 3])],
  outputs: [[2, 5, 3]],
  weights: { embeddings: [5, 3] },
  seeded: ['embeddings'],
});

testLayerContract('SeededDropout', {
  create: (seed) => seededDropout({ rate: 0.3, seed }),
  inputs: () => [noise([2, 5, 3])],
  outputs: [[2, 5, 3]],
  weights: {},
});

const kernels = ['query_kernel', 'key_kernel', 'value_kernel', 'output_kernel'];

testLayerContract('VisionGuidedCrossAttention', {
  create: (seed) => visionGuidedCrossAttention({ numHeads: 2, keyDim: 3, outputDim: 13, dropout: 0.1, seed }),
  inputs: () => [noise([2, 5, 11], 1), noise([2, 7, 17], 2)],
  outputs: [[2, 5, 13]],
  weights: {
    query_kernel: [11, 6],
    query_bias: [6],
    key_kernel: [17, 6],
    key_bias: [6],
    value_kernel: [17, 6],
    value_bias: [6],
    output_kernel: [6, 13],
    output_bias: [13],
  },
  seeded: kernels,
  zeroGradients: ['key_bias'],
});

testLayerContract('VisionGuidedCrossAttention with a mask, scores and no bias', {
  create: (seed) =>
    visionGuidedCrossAttention({
      numHeads: 2,
      keyDim: 3,
      useBias: false,
      returnAttentionScores: true,
      kernelRegularizer: 'l1l2',
      // tfjs applies constraints at each load; this one changes nothing the second time.
      kernelConstraint: 'nonNeg',
      seed,
    }),
  inputs: () => [noise([2, 5, 11], 1), noise([2, 7, 17], 2), paddingMask(2, 7)],
  outputs: [
    [2, 5, 11],
    [2, 2, 5, 7],
  ],
  weights: { query_kernel: [11, 6], key_kernel: [17, 6], value_kernel: [17, 6], output_kernel: [6, 11] },
  seeded: kernels,
});

testLayerContract('VisionGuidedCrossAttention of one vector', {
  create: (seed) =>
    visionGuidedCrossAttention({
      numHeads: 3,
      keyDim: 2,
      outputDim: 13,
      kernelInitializer: 'ones',
      returnAttentionScores: true,
      seed,
    }),
  inputs: () => [noise([2, 11], 1), noise([2, 7, 17], 2)],
  outputs: [
    [2, 13],
    [2, 3, 1, 7],
  ],
  weights: {
    query_kernel: [11, 6],
    query_bias: [6],
    key_kernel: [17, 6],
    key_bias: [6],
    value_kernel: [17, 6],
    value_bias: [6],
    output_kernel: [6, 13],
    output_bias: [13],
  },
  zeroGradients: ['key_bias'],
});

describe('layer contract', () => {
  it('covers every exported layer', () => {
    const classes = Object.values(library).filter((entry) => 'className' in entry);
    expect(classes.map(({ name }) => name).sort()).toEqual([
      'EmbeddingBag',
      'FirstPosition',
      'ImagePatches',
      'LayerNorm',
      'MaskedAveragePooling',
      'ModalityStandIns',
      'PositionEmbedding',
      'SeededDropout',
      'VisionGuidedCrossAttention',
    ]);
  });

  it('saves every layer under a name that no other package is likely to use', () => {
    const classes = Object.values(library).filter((entry) => 'className' in entry);
    for (const { className } of classes) expect(className).toMatch(/^Mvsa|^VisionGuided/);
  });
});

describe('values that a contract cannot see', () => {
  it('averages real positions alone', () => {
    const mask = tf.tensor2d([
      [1, 1, 0],
      [0, 0, 0],
    ]);
    const sequence = tf.tensor3d([
      [[1], [3], [100]],
      [[5], [6], [7]],
    ]);
    const pooled = maskedAveragePooling().apply([sequence, mask]) as tf.Tensor;
    expect(pooled.arraySync()).toEqual([[2], [0]]);
  });

  it('takes the first position', () => {
    expect((firstPosition().apply(tf.tensor2d([[4, 5, 6]])) as tf.Tensor).arraySync()).toEqual([[4]]);
  });

  it('cuts patches row by row', () => {
    const image = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]);
    expect((imagePatches({ grid: 2 }).apply(image) as tf.Tensor).arraySync()).toEqual([
      [
        [0, 1, 4, 5],
        [2, 3, 6, 7],
        [8, 9, 12, 13],
        [10, 11, 14, 15],
      ],
    ]);
    expect(() => imagePatches({ grid: 3, name: 'cut' }).apply(image)).toThrow(
      /Layer cut: expected images .* grid 3, received \[1, 4, 4, 1\]/,
    );
  });

  it.each([undefined, null, 0, 2.5, '7'])('refuses the grid %j when it is made', (grid) => {
    expect(() => imagePatches({ grid, name: 'cut' } as never)).toThrow(
      `Layer cut: expected grid to be a whole number of at least 1, such as 7, received ${grid}.`,
    );
  });

  it('refuses to cut an image of unknown size', () => {
    const shape = () => imagePatches({ grid: 7, name: 'cut' }).computeOutputShape([null, null, 14, 3]);
    expect(shape).toThrow(/received \[null, null, 14, 3\]/);
  });

  it('means real ids, or sums them by weight', () => {
    const table = tf.tensor2d([
      [100, 100],
      [1, 2],
      [3, 6],
    ]);
    const bag = tf.tensor2d(
      [
        [1, 2, 0],
        [0, 0, 0],
      ],
      [2, 3],
      'int32',
    );
    const layer = embeddingBag({ inputDim: 3, outputDim: 2 });
    tf.dispose(layer.apply(bag) as tf.Tensor);
    layer.setWeights([table]);
    expect((layer.apply(bag) as tf.Tensor).arraySync()).toEqual([
      [2, 4],
      [0, 0],
    ]);
    const weights = tf.tensor2d([
      [10, 1, 5],
      [5, 5, 5],
    ]);
    expect((layer.apply([bag, weights]) as tf.Tensor).arraySync()).toEqual([
      [13, 26],
      [0, 0],
    ]);
  });

  it.each([-1, 3, 1e9])('refuses the id %i, which the table does not have', (id) => {
    const layer = embeddingBag({ inputDim: 3, outputDim: 2, name: 'bag' });
    const apply = () => layer.apply(tf.tensor2d([[1, id]], [1, 2], 'int32'));
    expect(apply).toThrow(OptionError);
    expect(apply).toThrow(`Layer bag: expected ids in [0, 3), received ${id}.`);
  });

  it('refuses a dropout rate out of range', () => {
    expect(() => seededDropout({ rate: 1, name: 'drop' })).toThrow(
      'Layer drop: expected rate in [0, 1), received 1.',
    );
  });
});
