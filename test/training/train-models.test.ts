import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {
  constraints,
  model as createModel,
  initializers,
  input,
  type LayersModel,
  layers,
  regularizers,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { seededDropout, visionGuidedCrossAttention } from '../../src/layers';
import { dense } from '../../src/models/dense';
import { evaluate, type StepLog, type TrainOptions, train } from '../../src/training';
import { hashOfWeights, scrambled, toyExamples, toyModel, weightsOf } from '../support/toy-training';
import { useBackend } from '../support/use-backend';

describe('models of many kinds', () => {
  useBackend();
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'train-models-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const data = toyExamples(150, 1);
  const validation = toyExamples(60, 2);
  const base: TrainOptions = { validation, epochs: 2, seed: 3 };
  type Layer = ReturnType<typeof dense>;
  const modelOf = (...chain: Layer[]): LayersModel => {
    const x = input({ shape: [2], name: 'x' });
    const end = [...chain, dense({ name: 'logits', units: 3, seed: 1 })].reduce<SymbolicTensor>(
      (from, layer) => layer.apply(from) as SymbolicTensor,
      x,
    );
    return createModel({ inputs: x, outputs: end });
  };
  const nested = (name: string, layer: Layer): Layer => {
    const inner = input({ shape: [2], name: `${name}_input` });
    const outputs = layer.apply(inner) as SymbolicTensor;
    return createModel({ inputs: inner, outputs, name }) as unknown as Layer;
  };

  test('tf.sequential trains as the same graph does', async () => {
    const hidden = () => dense({ name: 'hidden', units: 8, activation: 'relu', seed: 2 });
    const stacked = sequential({
      layers: [
        layers.inputLayer({ inputShape: [2], name: 'x' }),
        hidden(),
        dense({ name: 'logits', units: 3, seed: 1 }),
      ],
    });
    const graph = modelOf(hidden());
    const run = await train(stacked, data, base);
    await train(graph, data, base);
    expect(weightsOf(stacked)).toEqual(weightsOf(graph));
    expect(await evaluate(stacked, validation)).toEqual(run.validation);
  });

  test('a model that ends in a softmax is refused', async () => {
    const x = input({ shape: [2], name: 'x' });
    const softmax = layers
      .dense({ name: 'ends', units: 3, activation: 'softmax' })
      .apply(x) as SymbolicTensor;
    const soft = createModel({ inputs: x, outputs: softmax });
    await expect(train(soft, data, base)).rejects.toThrow(
      /to be logits, received probabilities of a softmax \(layer 'ends'\)/,
    );
    const logits = layers.dense({ units: 3 }).apply(x) as SymbolicTensor;
    const layer = layers.softmax({ name: 'last' }).apply(logits) as SymbolicTensor;
    await expect(train(createModel({ inputs: x, outputs: layer }), data, base)).rejects.toThrow(
      /layer 'last'/,
    );
  });

  test('a run with a constraint goes on bit for bit, and keeps no tensor', async () => {
    // The norm of a unit vector is mostly not exactly 1: to constrain it again changes its last bits.
    const make = () =>
      modelOf(
        layers.dense({
          name: 'unit',
          units: 7,
          kernelInitializer: initializers.glorotUniform({ seed: 1 }),
          kernelConstraint: constraints.unitNorm({}),
        }),
      );
    const straight = make();
    await train(straight, data, base);
    const resumed = make();
    const before = tf.memory().numTensors;
    for (const stop of [1, 2, 3, 5, 7, Number.POSITIVE_INFINITY]) {
      const controller = new AbortController();
      const onStepEnd = ({ globalStep }: StepLog) => {
        if (globalStep === stop) controller.abort();
      };
      await train(resumed, data, {
        ...base,
        signal: controller.signal,
        checkpoints: { directory: folder, resume: true },
        callbacks: [{ onStepEnd }],
      });
    }
    expect(hashOfWeights(resumed)).toBe(hashOfWeights(straight));
    expect(tf.memory().numTensors).toBe(before);
  });

  test('masks do not depend on the names that tfjs makes up', async () => {
    const hash = async () => {
      const model = modelOf(dense({ name: 'hidden', units: 9, seed: 1 }), seededDropout({ rate: 0.5 }));
      await train(model, data, base);
      return hashOfWeights(model);
    };
    expect(await hash()).toBe(await hash());
  });

  test('layers of one name, in nested models, draw masks of their own', async () => {
    const dropout = () => seededDropout({ name: 'dropout', rate: 0.5 });
    const [first, second] = [dropout(), dropout()];
    await train(modelOf(nested('inner', first), second), data, { ...base, epochs: 1 });
    for (const { maskSeeds } of [first, second]) expect(maskSeeds.seed).toBeUndefined();
    expect(first.maskSeeds.next()).not.toBe(second.maskSeeds.next());
  });

  test('a layer that nested models share is one weight: a group finds it by its whole name', async () => {
    const shared = dense({ name: 'shared', units: 2, seed: 1 });
    const model = modelOf(nested('first', shared), nested('second', shared));
    const [kernel, , , , logits] = weightsOf(model);
    await train(model, data, {
      ...base,
      parameterGroups: [{ name: 'still', match: 'shared/kernel', trainFromEpoch: Number.POSITIVE_INFINITY }],
    });
    expect(weightsOf(model)[0]).toEqual(kernel);
    expect(weightsOf(model)[4]).not.toEqual(logits);
  });

  test('the regulariser of a layer that is used twice counts once', async () => {
    const square = layers.dense({
      name: 'square',
      units: 2,
      useBias: false,
      kernelInitializer: initializers.zeros(),
      kernelRegularizer: regularizers.l2({ l2: 5 }),
    });
    const x = input({ shape: [2], name: 'x' });
    const twice = square.apply(square.apply(x)) as SymbolicTensor;
    const zeros = initializers.zeros();
    const logits = layers.dense({ name: 'logits', units: 3, kernelInitializer: zeros }).apply(twice);
    const model = createModel({ inputs: x, outputs: logits as SymbolicTensor });
    square.weights[0]?.write(tf.ones([2, 2]));
    const losses: number[] = [];
    const onStepEnd = ({ loss }: StepLog) => void losses.push(loss);
    await train(model, data, { ...base, callbacks: [{ onStepEnd }] });
    // Equal logits: log 3, and 5 times four squares of 1.
    expect(losses[0]).toBeCloseTo(Math.log(3) + 20, 4);
  });

  test('the first output is held against the label, whatever its name', async () => {
    const x = input({ shape: [2], name: 'x' });
    const outputs = dense({ name: 'textLogits', units: 3, seed: 1 }).apply(x) as SymbolicTensor;
    const run = await train(createModel({ inputs: x, outputs }), data, {
      ...base,
      epochs: 10,
      learningRate: 0.1,
    });
    expect(run.validation?.accuracy).toBeGreaterThan(0.9);
  });

  test('the dropout of recurrent layers is warned of', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const reshape = layers.reshape({ name: 'steps', targetShape: [2, 1] });
    const recurrentInitializer = initializers.glorotUniform({ seed: 1 });
    const memory = layers.lstm({ name: 'memory', units: 2, dropout: 0.3, recurrentInitializer });
    await train(modelOf(reshape, memory), data, { ...base, epochs: 1 });
    expect(warn.mock.calls.flat().join()).toMatch(/masks of memory do not follow from a seed/);
    warn.mockRestore();
  });

  test('a run is not resumed with another dropout or length of its warm-up', async () => {
    const checkpoints = { directory: folder, resume: true };
    const options: TrainOptions = { ...base, schedule: { kind: 'constant', warmupShare: 0.5 }, checkpoints };
    await train(toyModel(1), data, options);
    const resume = (changed: Partial<TrainOptions>, model = toyModel(1)) =>
      train(scrambled(model, 1), data, { ...options, ...changed });
    await expect(resume({}, toyModel(1, { dropout: 0.5 }))).rejects.toThrow(/layers\[2\]: .*0.1.*, .*0.5/);
    // The warm-up would begin anew in the middle.
    await expect(resume({ epochs: 4 })).rejects.toThrow(/epochs: 2 in the checkpoint, 4 now/);
    expect((await resume({ patience: Number.POSITIVE_INFINITY })).stoppedBy).toBe('epochs');
  });

  test('whether the attention warns of one key is no part of a run: it is resumed either way', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const checkpoints = { directory: folder, resume: true };
    const make = (warnOfOneKey: boolean) => {
      const x = input({ shape: [2], name: 'x' });
      const [query, key] = ['query', 'key'].map((name) =>
        layers.reshape({ name, targetShape: [1, 2] }).apply(x),
      ) as [SymbolicTensor, SymbolicTensor];
      const attention = visionGuidedCrossAttention({ name: 'attention', numHeads: 1, seed: 1, warnOfOneKey });
      const sum = layers
        .add({ name: 'sum' })
        .apply([query, attention.apply([query, key]) as SymbolicTensor]) as SymbolicTensor;
      const flat = layers.flatten({ name: 'flat' }).apply(sum) as SymbolicTensor;
      const outputs = dense({ name: 'logits', units: 3, seed: 1 }).apply(flat) as SymbolicTensor;
      return createModel({ inputs: x, outputs });
    };
    await train(make(true), data, { ...base, checkpoints });
    expect((await train(make(false), data, { ...base, checkpoints })).stoppedBy).toBe('epochs');
    warn.mockRestore();
  });
});
