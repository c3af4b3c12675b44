/** The head as this library trains it: its model, its gradients, its AdamW. */
import * as tf from '@tensorflow/tfjs-core';
import type { LabelledExamples } from '../../../src/data';
import { fusionClassifier } from '../../../src/models';
import { namedWeights } from '../../../src/training/loop/model-weights';
import { objectivesOf, stepGradients } from '../../../src/training/loop/train-step';
import { createAdam } from '../../../src/training/optimizers/adam';
import { HEAD, type HeadBatch, type Trainee } from './head-case';

export function ownHead(batches: readonly HeadBatch[]): Trainee {
  const model = fusionClassifier({ ...HEAD, projectionDim: HEAD.dim, seed: 7 });
  const trained = new Set(model.trainableWeights);
  const variables = new Map(
    [...namedWeights(model)]
      .filter(([, weight]) => trained.has(weight))
      .map(([name, weight]) => [name, weight.read() as tf.Variable]),
  );
  const examples = batches.map(asExamples);
  const contexts = examples.map((data) => ({
    model,
    data,
    objectives: objectivesOf(model, data, {
      auxiliaryLosses: { textLabel: 0, imageLabel: 0 },
      classWeights: 'none',
    }),
    labelSmoothing: 0,
    focalGamma: 0,
  }));
  const optimizer = createAdam();
  return {
    weights: [...variables.values()].reduce((sum, { size }) => sum + size, 0),
    async step(index) {
      const context = contexts[index] as (typeof contexts)[number];
      const posts = Array.from({ length: context.data.size }, (_, post) => post);
      const { loss, gradients } = await stepGradients(context, [posts], variables, () => {});
      const updates = Object.entries(gradients).map(([name, gradient]) => {
        const variable = variables.get(name) as tf.Variable;
        return { name, variable, gradient, learningRate: 1e-3, weightDecay: 0.01 };
      });
      optimizer.update(updates);
      tf.dispose(gradients);
      return loss;
    },
  };
}

/** The whole batch is the data set, and is there already. */
function asExamples({ tokens, paddingMask, regions, labels }: HeadBatch): LabelledExamples {
  return {
    size: labels.length,
    labels: { label: labels },
    batch: () => ({
      tokens: tf.clone(tokens),
      paddingMask: tf.clone(paddingMask),
      regions: tf.clone(regions),
    }),
  };
}
