import * as tf from '@tensorflow/tfjs-core';
import { model as createModel, input, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import type { LabelledExamples } from '../../src/data';
import { OptionError } from '../../src/errors';
import { seededDropout } from '../../src/layers';
import { dense } from '../../src/models/dense';
import { createRandom } from '../../src/random';
import { evaluate, train } from '../../src/training';
import { useBackend } from '../support/use-backend';

/** Points around three centres; the label is the nearest centre. */
function toyExamples(size: number, seed: number, scale = 1): LabelledExamples {
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

function toyModel(seed: number) {
  const x = input({ shape: [2], name: 'x' });
  const hidden = dense({ name: 'hidden', units: 16, activation: 'relu', seed }).apply(x) as SymbolicTensor;
  const dropped = seededDropout({ name: 'dropout', rate: 0.1, seed }).apply(hidden) as SymbolicTensor;
  const logits = dense({ name: 'logits', units: 3, seed }).apply(dropped) as SymbolicTensor;
  return createModel({ inputs: x, outputs: logits });
}

const weightsOf = (model: ReturnType<typeof toyModel>) =>
  model.getWeights().map((weight) => Array.from(weight.dataSync()));

describe('train', () => {
  useBackend('wasm');
  const data = toyExamples(300, 1);
  const validation = toyExamples(90, 2);

  test('learns, and holds the weights of its best epoch', async () => {
    const model = toyModel(1);
    const run = await train(model, data, { validation, epochs: 8, learningRate: 0.02, seed: 1 });
    expect(run.validation?.accuracy).toBeGreaterThan(0.95);
    const best = Math.max(...run.epochs.map(({ valMacroF1 }) => valMacroF1));
    expect(run.validation?.macroF1).toBe(best);
    expect(await evaluate(model, validation)).toEqual(run.validation);
  });

  test('the same seed gives the same weights bit for bit, another seed does not', async () => {
    const weights = async (seed: number) => {
      const model = toyModel(5);
      await train(model, data, { validation, epochs: 2, seed });
      return weightsOf(model);
    };
    expect(await weights(1)).toEqual(await weights(1));
    expect(await weights(1)).not.toEqual(await weights(2));
  });

  test('says which loop batches are for', async () => {
    const batches = { size: 3, toDataset: () => {} } as never;
    for (const run of [
      () => evaluate(toyModel(1), batches),
      () => train(toyModel(1), batches, { validation }),
      () => train(toyModel(1), data, { validation: batches }),
    ]) {
      await expect(run()).rejects.toThrow(OptionError);
      await expect(run()).rejects.toThrow(/expected LabelledExamples .* mvsaBatches.*fitDataset/);
    }
    await expect(evaluate(toyModel(1), undefined as never)).rejects.toThrow(/received undefined/);
  });

  test('keeps no tensor', async () => {
    const model = toyModel(1);
    const before = tf.memory().numTensors;
    await train(model, data, { validation, epochs: 2, classWeights: 'balanced' });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('stops when patience ends and when the signal says so', async () => {
    const still = await train(toyModel(1), data, {
      validation,
      epochs: 30,
      patience: 2,
      learningRate: 1e-12,
    });
    expect(still).toMatchObject({ stoppedBy: 'patience', bestEpoch: 1 });
    expect(still.epochs).toHaveLength(3);

    const controller = new AbortController();
    const onStep = ({ epoch, step }: { epoch: number; step: number }) => {
      if (epoch === 3 && step === 2) controller.abort();
    };
    const run = await train(toyModel(1), data, { validation, epochs: 9, signal: controller.signal, onStep });
    expect(run.stoppedBy).toBe('signal');
    expect(run.epochs).toHaveLength(2);
  });

  test('a loss that is not finite names epoch and step', async () => {
    const broken = toyExamples(64, 1, Number.NaN);
    await expect(train(toyModel(1), broken, { validation })).rejects.toThrow(
      /loss became NaN at epoch 1, step 1 of 2/,
    );
  });

  test('auxiliary outputs are held against their own labels', async () => {
    const x = input({ shape: [2], name: 'x' });
    const head = (name: string) => layers.dense({ name, units: 3 }).apply(x) as SymbolicTensor;
    const model = createModel({ inputs: x, outputs: [head('logits'), head('textLogits')] });
    const textLabel = data.labels.label.map((value) => (value + 1) % 3);
    await train(
      model,
      { ...data, labels: { ...data.labels, textLabel } },
      { validation, epochs: 6, learningRate: 0.05 },
    );
    const [, textLogits] = model.predict(tf.tensor2d([[-1, 0]])) as [tf.Tensor, tf.Tensor];
    expect(tf.argMax(textLogits, 1).dataSync()[0]).toBe(1);
  });

  test('options out of range are errors', async () => {
    await expect(train(toyModel(1), data, { validation, epochs: 0 })).rejects.toThrow(
      /epochs.*at least 1, received 0/,
    );
    await expect(train(toyModel(1), data, { validation, learningRate: -1 })).rejects.toThrow(
      /positive learningRate/,
    );
  });
});
