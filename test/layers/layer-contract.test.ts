import * as tf from '@tensorflow/tfjs-core';
import { describe } from 'vitest';
import {
  embeddingBag,
  firstPosition,
  imagePatches,
  layerNorm,
  maskedAveragePooling,
  positionEmbedding,
  seededDropout,
  visionGuidedCrossAttention,
} from '../../src/layers';
import { testLayerContract } from '../support/test-layer-contract';
import { useBackend } from '../support/use-backend';

const normal = (shape: number[], seed = 1) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const mask = () => tf.tensor2d([1, 1, 1, 0, 0, 1, 1, 1, 1, 0], [2, 5]);
const kernels = ['query', 'key', 'value', 'output'].flatMap((name) => [`${name}_kernel`, `${name}_bias`]);

describe('every layer', () => {
  useBackend('wasm');

  testLayerContract('visionGuidedCrossAttention', {
    create: () =>
      visionGuidedCrossAttention({ numHeads: 3, keyDim: 2, outputDim: 11, dropout: 0.3, seed: 5 }),
    inputs: () => [normal([2, 7, 13]), normal([2, 5, 17], 2), mask()],
    weights: kernels,
    zeroGradients: ['key_bias'],
  });
  testLayerContract('visionGuidedCrossAttention with scores, no bias, one query', {
    create: () =>
      visionGuidedCrossAttention({ numHeads: 2, useBias: false, returnAttentionScores: true, seed: 5 }),
    inputs: () => [normal([2, 14]), normal([2, 5, 3], 2)],
    weights: kernels.filter((name) => name.endsWith('kernel')),
  });
  testLayerContract('layerNorm', {
    create: () => layerNorm({ epsilon: 1e-5 }),
    inputs: () => [normal([2, 3, 5])],
    weights: ['gamma', 'beta'],
  });
  testLayerContract('embeddingBag', {
    create: () => embeddingBag({ inputDim: 7, outputDim: 5, seed: 5 }),
    inputs: () => [tf.tensor([1, 2, 0, 6, 6, 3, 0, 0, 0, 4, 5, 1], [2, 2, 3], 'int32')],
    weights: ['table'],
  });
  testLayerContract('embeddingBag with weights', {
    create: () => embeddingBag({ inputDim: 7, outputDim: 3, initialScale: 0 }),
    inputs: () => [tf.tensor2d([1, 2, 0, 6, 6, 3], [2, 3], 'int32'), normal([2, 3])],
    weights: ['table'],
  });
  testLayerContract('positionEmbedding', {
    create: () => positionEmbedding({ seed: 5 }),
    inputs: () => [normal([2, 3, 5])],
    weights: ['embeddings'],
  });
  testLayerContract('imagePatches', {
    create: () => imagePatches({ grid: 2 }),
    inputs: () => [normal([3, 10, 14, 5])],
    weights: [],
  });
  testLayerContract('maskedAveragePooling', {
    create: () => maskedAveragePooling(),
    inputs: () => [normal([2, 5, 3]), mask()],
    weights: [],
  });
  testLayerContract('seededDropout', {
    create: () => seededDropout({ rate: 0.4, seed: 5 }),
    inputs: () => [normal([2, 3, 5])],
    weights: [],
  });
  testLayerContract('firstPosition', {
    create: () => firstPosition(),
    inputs: () => [normal([2, 3, 5])],
    weights: [],
  });
});
