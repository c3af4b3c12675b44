import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import {
  model as createModel,
  input,
  type LayersModel,
  layers,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../../src/data';
import { seededDropout, visionGuidedCrossAttention } from '../../src/layers';
import { dense } from '../../src/models/dense';
import { createRandom } from '../../src/random';

/** Points around three centres; the label is the nearest centre. */
export function toyExamples(size: number, seed: number, scale = 1): LabelledExamples {
  const random = createRandom(seed);
  const label = Int32Array.from({ length: size }, () => random.integer(3));
  const points = Array.from(label, (value) => [value - 1 + 0.2 * random.normal(), 0.2 * random.normal()]);
  return {
    size,
    labels: { label },
    batch: (indices) => ({
      x: tf.tensor2d(indices.map((index) => (points[index] as number[]).map((v) => v * scale))),
    }),
  };
}

/** Points near those of a circle, one for each class of these names, all with as many posts. */
export function circleExamples(classNames: readonly string[], size: number, seed: number): LabelledExamples {
  const random = createRandom(seed);
  const label = Int32Array.from({ length: size }, (_, post) => post % classNames.length);
  const points = Array.from(label, (value) => {
    const angle = (2 * Math.PI * (value + 0.05 * random.normal())) / classNames.length;
    return [Math.cos(angle), Math.sin(angle)];
  });
  return {
    size,
    labels: { label },
    classNames,
    batch: (indices) => ({ x: tf.tensor2d(indices.map((index) => points[index] as number[])) }),
  };
}

/** A hidden layer and logits; with `dropout`, one layer of it with a seed. */
export function toyModel(seed: number, { dropout = 0.1, classes = 3 } = {}): LayersModel {
  const x = input({ shape: [2], name: 'x' });
  const hidden = dense({ name: 'hidden', units: 16, activation: 'relu', seed }).apply(x) as SymbolicTensor;
  const dropped =
    dropout === 0
      ? hidden
      : (seededDropout({ name: 'dropout', rate: dropout, seed }).apply(hidden) as SymbolicTensor);
  const logits = dense({ name: 'logits', units: classes, seed }).apply(dropped) as SymbolicTensor;
  return createModel({ inputs: x, outputs: logits });
}

/** Attention, batch normalisation with moving statistics, and dropout that has no seed of its own. */
export function toyAttentionModel(seed: number): LayersModel {
  const x = input({ shape: [2], name: 'x' });
  const tokens = layers
    .reshape({ name: 'tokens', targetShape: [5, 4] })
    .apply(dense({ name: 'widen', units: 20, seed }).apply(x)) as SymbolicTensor;
  const attended = visionGuidedCrossAttention({ name: 'attention', numHeads: 2, dropout: 0.2, seed }).apply([
    tokens,
    tokens,
  ]) as SymbolicTensor;
  const flat = layers.flatten({ name: 'flat' }).apply(attended) as SymbolicTensor;
  const normed = layers.batchNormalization({ name: 'norm' }).apply(flat) as SymbolicTensor;
  const dropped = seededDropout({ name: 'dropout', rate: 0.3 }).apply(normed) as SymbolicTensor;
  const logits = dense({ name: 'logits', units: 3, seed }).apply(dropped) as SymbolicTensor;
  return createModel({ inputs: x, outputs: logits });
}

/** Gives a model other weights, as a new process begins with, and the same seeds. */
export function scrambled(model: LayersModel, seed: number): LayersModel {
  const random = createRandom(seed);
  for (const weight of model.weights) {
    const { shape } = weight.read();
    weight.write(
      tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, random.normal), shape),
    );
  }
  return model;
}

/** Every weight, in order. */
export function weightsOf(model: LayersModel): number[][] {
  return model.getWeights().map((weight) => Array.from(weight.dataSync()));
}

/** A hash of the bits of all weights. */
export function hashOfWeights(model: LayersModel): string {
  const hash = createHash('sha256');
  for (const weight of model.getWeights()) hash.update(weight.dataSync());
  return hash.digest('hex');
}
