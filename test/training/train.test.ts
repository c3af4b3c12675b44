import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {
  constraints,
  model as createModel,
  initializers,
  input,
  layers,
  regularizers,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DataError, OptionError, TrainingError } from '../../src/errors';
import type { SeededDropout } from '../../src/layers';
import { type EpochLog, evaluate, type StepLog, type TrainOptions, train } from '../../src/training';
import {
  hashOfWeights,
  scrambled,
  toyAttentionModel,
  toyExamples,
  toyModel,
  weightsOf,
} from '../support/toy-training';
import { useBackend } from '../support/use-backend';

describe('train', () => {
  useBackend();
  const data = toyExamples(300, 1);
  const validation = toyExamples(90, 2);
  const base: TrainOptions = { validation, epochs: 2, seed: 3 };

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

  test('the seed also decides the masks of layers without one', async () => {
    const hash = async (seed: number) => {
      const model = toyAttentionModel(5);
      await train(model, data, { ...base, epochs: 1, seed });
      return hashOfWeights(model);
    };
    expect(await hash(1)).toBe(await hash(1));
  });

  test('says which loop batches are for, and what labels must be', async () => {
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
    const relabelled = (label: number[]) => ({ ...data, labels: { label: Int32Array.from(label) } });
    const few = train(toyModel(1), relabelled([0, 1]), base);
    await expect(few).rejects.toThrow(DataError);
    await expect(few).rejects.toThrow('expected 300 labels in labels.label, received 2');
    await expect(train(toyModel(1), relabelled(Array(300).fill(3)), base)).rejects.toThrow(
      /expected class indices .*received 3 at 0/,
    );
  });

  test('keeps no tensor', async () => {
    const model = toyModel(1);
    const before = tf.memory().numTensors;
    await train(model, data, { ...base, classWeights: 'balanced', accumulationSteps: 2, clipNorm: 0.1 });
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
    const onStepEnd = ({ epoch, step }: StepLog) => {
      if (epoch === 3 && step === 2) controller.abort();
    };
    const { signal } = controller;
    const run = await train(toyModel(1), data, { validation, epochs: 9, signal, callbacks: [{ onStepEnd }] });
    expect(run.stoppedBy).toBe('signal');
    expect(run.epochs).toHaveLength(2);
  });

  test('a signal stops validation too', async () => {
    const controller = new AbortController();
    let batches = 0;
    const onValidation = () => {
      batches++;
      controller.abort();
    };
    const run = await train(toyModel(1), data, {
      validation,
      signal: controller.signal,
      callbacks: [{ onValidation }],
    });
    expect(run).toEqual({ epochs: [], bestEpoch: 0, validation: null, stoppedBy: 'signal' });
    expect(batches).toBe(1);
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

  test('accumulated batches take the step of one large batch, class weights and a short last pass included', async () => {
    const options = { ...base, epochs: 1, classWeights: [1, 3, 0.5], clipNorm: 0.2 } as const;
    const weights = async (batchSize: number, accumulationSteps: number) => {
      const model = toyModel(2, { dropout: 0 });
      await train(model, data, { ...options, batchSize, accumulationSteps });
      return weightsOf(model).flat();
    };
    const whole = await weights(99, 1);
    const parts = await weights(33, 3);
    for (const [at, value] of whole.entries()) expect(parts[at]).toBeCloseTo(value, 4);
    const steps: StepLog[] = [];
    await train(toyModel(2), data, {
      ...options,
      batchSize: 32,
      accumulationSteps: 3,
      callbacks: [{ onStepEnd: (log) => void steps.push(log) }],
    });
    expect(steps.map(({ posts }) => posts)).toEqual([96, 96, 96, 12]);
  });

  test('groups have their own rates, and frozen ones stay still until their epoch', async () => {
    const model = toyModel(4);
    const before = weightsOf(model);
    const rates: Record<string, number>[] = [];
    let afterFirst: number[][] = [];
    await train(model, data, {
      ...base,
      learningRate: 0.01,
      parameterGroups: [{ name: 'encoder', match: 'hidden', learningRate: 2e-5, trainFromEpoch: 2 }],
      schedule: { kind: 'linear', warmupSteps: 5 },
      callbacks: [
        {
          onStepEnd: ({ learningRates }) => void rates.push(learningRates),
          onEpochEnd: ({ epoch }) => {
            if (epoch === 1) afterFirst = weightsOf(model);
          },
        },
      ],
    });
    expect(afterFirst.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(afterFirst[2]).not.toEqual(before[2]);
    // 10 steps an epoch: a rise over 5, then a line to 0 at step 20.
    expect(rates[0]).toEqual({ encoder: 0, default: 0 });
    expect(rates[5]).toEqual({ encoder: 0, default: 0.01 });
    expect(rates[10]?.encoder).toBeCloseTo((2e-5 * 10) / 15, 12);
    expect(rates[19]?.default).toBeCloseTo(0.01 / 15, 12);
    await expect(
      train(toyModel(1), data, { ...base, parameterGroups: [{ name: 'text', match: 'hiden' }] }),
    ).rejects.toThrow(/group 'text'.*Did you mean 'hidden'/);
  });

  test('decay takes from matrices, not from biases', async () => {
    const model = toyModel(4, { dropout: 0 });
    for (const weight of model.weights) weight.write(tf.onesLike(weight.read()));
    await train(model, data, { ...base, epochs: 1, learningRate: 1e-3, weightDecay: 100, batchSize: 300 });
    // One step of Adam moves a weight by 0.001 at most; decay takes a tenth.
    const [kernel, bias] = weightsOf(model) as [number[], number[]];
    for (const value of kernel) expect(Math.abs(value - 0.9)).toBeLessThan(0.0011);
    for (const value of bias) expect(Math.abs(value - 1)).toBeLessThan(0.0011);
  });

  test('regularisers count in the loss, and constraints hold', async () => {
    const x = input({ shape: [2], name: 'x' });
    const logits = layers
      .dense({
        name: 'logits',
        units: 3,
        useBias: false,
        kernelInitializer: initializers.ones(),
        kernelRegularizer: regularizers.l2({ l2: 10 }),
        kernelConstraint: constraints.nonNeg(),
      })
      .apply(x) as SymbolicTensor;
    const model = createModel({ inputs: x, outputs: logits });
    const losses: number[] = [];
    await train(model, data, {
      ...base,
      epochs: 5,
      learningRate: 0.1,
      callbacks: [{ onStepEnd: ({ loss }) => void losses.push(loss) }],
    });
    // Equal logits: log 3, and 10 times six squares of 1.
    expect(losses[0]).toBeCloseTo(Math.log(3) + 60, 4);
    expect(Math.min(...weightsOf(model).flat())).toBeGreaterThanOrEqual(0);
  });

  test('a constraint holds where the weights would leave it', async () => {
    const trainedKernel = async (constraint: object) => {
      const x = input({ shape: [2], name: 'x' });
      const logits = layers
        .dense({ name: 'logits', units: 3, kernelInitializer: 'zeros', ...constraint })
        .apply(x) as SymbolicTensor;
      const model = createModel({ inputs: x, outputs: logits });
      await train(model, data, { ...base, learningRate: 0.1 });
      return weightsOf(model)[0] as number[];
    };
    expect(Math.min(...(await trainedKernel({})))).toBeLessThan(-0.1);
    expect(Math.min(...(await trainedKernel({ kernelConstraint: constraints.nonNeg() })))).toBe(0);
  });

  test('every forward pass draws a mask of its own', async () => {
    const model = toyModel(1);
    const { maskSeeds } = model.getLayer('dropout') as SeededDropout;
    const next = maskSeeds.next.bind(maskSeeds);
    const seeds: number[] = [];
    maskSeeds.next = () => {
      seeds.push(next());
      return seeds.at(-1) as number;
    };
    await train(model, data, { ...base, batchSize: 50, accumulationSteps: 2 });
    // 300 posts in passes of 50, two epochs.
    expect(seeds).toHaveLength(12);
    expect(new Set(seeds).size).toBe(12);
  });

  test('any metric decides the best epoch', async () => {
    const values = [3, 1, 2];
    const logs: [EpochLog, boolean][] = [];
    const monitor = { name: 'strange', better: 'lower', score: () => values[logs.length] as number } as const;
    const run = await train(toyModel(1), data, {
      ...base,
      epochs: 3,
      monitor,
      callbacks: [{ onEpochEnd: (log, isBest) => void logs.push([log, isBest]) }],
    });
    expect(run.bestEpoch).toBe(2);
    expect(logs.map(([{ monitored }, isBest]) => [monitored?.value, isBest])).toEqual([
      [3, true],
      [1, true],
      [2, false],
    ]);
    const nan = train(toyModel(1), data, { ...base, monitor: { ...monitor, score: () => Number.NaN } });
    await expect(nan).rejects.toThrow('monitor strange: expected a finite number, received NaN');
  });

  test('callbacks hear everything, in order, and the end after an error', async () => {
    const heard: string[] = [];
    const callback = {
      onTrainBegin: ({ stepsPerEpoch, posts }: { stepsPerEpoch: number; posts: number }) =>
        void heard.push(`begin ${stepsPerEpoch} ${posts}`),
      onStepEnd: async ({ globalStep }: StepLog) => {
        await tf.nextFrame();
        heard.push(`step ${globalStep}`);
      },
      onEpochEnd: ({ epoch, globalStep }: EpochLog) => void heard.push(`epoch ${epoch} at ${globalStep}`),
      onTrainEnd: ({ stoppedBy }: { stoppedBy: string }) => void heard.push(`end ${stoppedBy}`),
    };
    await train(toyModel(1), data, { ...base, batchSize: 150, callbacks: [callback] });
    expect(heard).toEqual([
      'begin 2 300',
      'step 1',
      'step 2',
      'epoch 1 at 2',
      'step 3',
      'step 4',
      'epoch 2 at 4',
      'end epochs',
    ]);
    heard.length = 0;
    const thrower = {
      onStepEnd: () => {
        throw new Error('disk full');
      },
    };
    await expect(train(toyModel(1), data, { ...base, callbacks: [callback, thrower] })).rejects.toThrow(
      'disk full',
    );
    expect(heard.at(-1)).toBe('end error');
  });

  test("tfjs' own dropout is warned of", async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const x = input({ shape: [2], name: 'x' });
    const dropped = layers.dropout({ name: 'theirs', rate: 0.1 }).apply(x) as SymbolicTensor;
    const model = createModel({
      inputs: x,
      outputs: layers.dense({ units: 3 }).apply(dropped) as SymbolicTensor,
    });
    await train(model, data, { ...base, epochs: 1 });
    expect(warn.mock.calls.flat().join()).toMatch(/masks of theirs do not follow from a seed/);
    warn.mockRestore();
  });

  test('a class of weight 0 is left out, also where a whole step holds no other', async () => {
    const run = await train(toyModel(1), data, { ...base, epochs: 1, batchSize: 1, classWeights: [1, 0, 1] });
    expect(run.epochs).toHaveLength(1);
    // Where all posts are of that class nothing is learnt, with smoothing too.
    for (const labelSmoothing of [0, 0.1]) {
      const [model, other] = [toyModel(1), toyModel(1)];
      const neutral = { ...data, labels: { label: data.labels.label.map(() => 1) } };
      await train(model, neutral, {
        ...base,
        epochs: 1,
        batchSize: 1,
        classWeights: [1, 0, 1],
        labelSmoothing,
      });
      expect(hashOfWeights(model)).toBe(hashOfWeights(other));
    }
    const without = { ...base, epochs: 1, classWeights: [0, 0, 0] };
    await expect(train(toyModel(1), data, without)).rejects.toThrow(/classWeights.*received \[0,0,0\]/);
  });

  test.each([
    [{ epochs: 0 }, /epochs to be an integer of at least 1, received 0/],
    [{ batchSize: 1.5 }, /batchSize.*received 1.5/],
    [{ accumulationSteps: 0 }, /accumulationSteps/],
    [{ learningRate: -1 }, /learningRate to be a positive number, received -1/],
    [{ learningRate: Number.NaN }, /learningRate/],
    [{ weightDecay: -0.1 }, /weightDecay/],
    [{ clipNorm: 0 }, /clipNorm/],
    [{ optimizer: 'sgd' }, /optimizer to be 'adamw' or 'adam', received "sgd"/],
    [{ classWeights: [1, 2] }, /classWeights.*3 positive numbers/],
    [{ classWeights: 'auto' }, /classWeights/],
    [{ labelSmoothing: 1 }, /labelSmoothing/],
    [{ labelSmoothing: 0.1, focalGamma: 2 }, /labelSmoothing or focalGamma/],
    [{ monitor: 'f1' }, /monitor to be one of macroF1/],
    [{ monitor: { name: 'x', better: 'more', score: () => 0 } }, /monitor \{ name, better/],
    [{ seed: 0.5 }, /seed/],
    [{ schedule: { kind: 'exponential' } }, /exponential/],
    [{ schedule: { kind: 'linear', warmupSteps: 3, warmupShare: 0.1 } }, /warmup/],
    [{ lr: 0.1 }, /received "lr"/],
    [{ checkpoints: { directory: '' } }, /checkpoints.directory/],
    [{ checkpoints: { directory: 'x', keep: 1 } }, /keep/],
    [{ callbacks: [{ onEpochend: () => {} }] }, /callbacks\[0\].*Did you mean onEpochEnd/],
    [{ auxiliaryLosses: { textLabel: -1 } }, /auxiliaryLosses.textLabel/],
  ])('refuses %j', async (wrong, message) => {
    const model = toyModel(1);
    const before = hashOfWeights(model);
    const run = train(model, data, { ...base, ...(wrong as object) });
    await expect(run).rejects.toThrow(OptionError);
    await expect(run).rejects.toThrow(message);
    expect(hashOfWeights(model)).toBe(before);
  });

  test('refuses a model with other outputs', async () => {
    const x = input({ shape: [2], name: 'x' });
    const model = createModel({
      inputs: x,
      outputs: layers.dense({ units: 2 }).apply(x) as SymbolicTensor,
    });
    await expect(train(model, data, base)).rejects.toThrow(/first output to be logits \[batch, 3\]/);
  });
});

describe('numbers that are not finite', () => {
  useBackend();
  const validation = toyExamples(90, 2);
  const failing = async (options: Partial<TrainOptions>, data = toyExamples(64, 1)) => {
    const model = toyModel(1);
    const error = await train(model, data, { validation, epochs: 3, ...options }).catch((caught) => caught);
    expect(error).toBeInstanceOf(TrainingError);
    return { message: (error as Error).message, model };
  };

  test('in the data: the input and the step are named', async () => {
    const { message } = await failing({}, toyExamples(64, 1, Number.NaN));
    expect(message).toMatch(
      /loss became NaN at epoch 1, step 1 of 2: input 'x' holds NaN \(64 of 64 numbers\), in posts \d/,
    );
  });

  test('in the data of one post: that post is named', async () => {
    const data = toyExamples(64, 1);
    const spoilt = {
      ...data,
      batch: async (indices: readonly number[], names: readonly string[]) => {
        const { x } = await data.batch(indices, names);
        const factors = indices.map((index) => [index === 50 ? Number.NaN : 1, 1]);
        return { x: tf.mul(x as tf.Tensor, tf.tensor2d(factors)) };
      },
    };
    const { message } = await failing({}, spoilt);
    expect(message).toMatch(/input 'x' holds NaN \(1 of 64 numbers\), in posts 50\. Repair/);
  });

  test('in the weights: the weight is named, and the model keeps its best epoch', async () => {
    const data = toyExamples(64, 1);
    let poisoned = false;
    const weights: string[] = [];
    const model = toyModel(1);
    const run = train(model, data, {
      validation,
      epochs: 5,
      callbacks: [
        {
          onEpochEnd: ({ epoch }) => {
            weights.push(hashOfWeights(model));
            if (epoch < 2) return;
            poisoned = true;
            model.weights[2]?.write(tf.fill([16, 3], Number.POSITIVE_INFINITY));
          },
        },
      ],
    });
    await expect(run).rejects.toThrow(
      /epoch 3, step 1 of 2.*weight 'logits\/kernel' holds Infinity \(48 of 48/,
    );
    expect(poisoned).toBe(true);
    expect(weights).toContain(hashOfWeights(model));
  });

  test('in the gradients alone: the gradient is named, the step is not taken', async () => {
    const x = input({ shape: [2], name: 'x' });
    // sqrt(0) is 0, but its derivative there is infinite.
    class Root extends layers.Layer {
      static className = 'RootOfZero';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.sqrt(tf.mul((Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor, 0));
      }
    }
    const hidden = layers.dense({ name: 'hidden', units: 3 }).apply(x) as SymbolicTensor;
    const model = createModel({
      inputs: x,
      outputs: new Root({ name: 'root' } as never).apply(hidden) as SymbolicTensor,
    });
    const before = hashOfWeights(model);
    await expect(train(model, toyExamples(64, 1), { validation })).rejects.toThrow(
      /gradient of 'hidden\/kernel' holds NaN/,
    );
    expect(hashOfWeights(model)).toBe(before);
  });
});

describe('checkpoints', () => {
  useBackend();
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'train-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const data = toyExamples(300, 1);
  const validation = toyExamples(90, 2);
  const base: TrainOptions = {
    validation,
    epochs: 4,
    seed: 3,
    accumulationSteps: 2,
    batchSize: 20,
    weightDecay: 0.01,
    schedule: { kind: 'cosine', warmupShare: 0.2 },
    parameterGroups: [{ name: 'late', match: 'widen', learningRate: 1e-4, trainFromEpoch: 2 }],
  };

  /** Stops after some steps, again and again, each time with a new model of other weights. */
  test.each([[[1]], [[8]], [[3, 5, 11]], [[16, 17, 31]]])(
    'a run that stops after steps %j ends with the weights of one that does not',
    async (stops) => {
      const straight = toyAttentionModel(7);
      const expected = await train(straight, data, base);
      let model = toyAttentionModel(7);
      for (const stop of [...stops, Number.POSITIVE_INFINITY]) {
        const controller = new AbortController();
        const run = await train(model, data, {
          ...base,
          signal: controller.signal,
          checkpoints: { directory: folder, resume: true },
          callbacks: [
            {
              onStepEnd: ({ globalStep }) => {
                if (globalStep === stop) controller.abort();
              },
            },
          ],
        });
        if (stop === Number.POSITIVE_INFINITY) {
          expect(hashOfWeights(model)).toBe(hashOfWeights(straight));
          const withoutTime = (epochs: readonly EpochLog[]) => epochs.map((log) => ({ ...log, seconds: 0 }));
          expect(withoutTime(run.epochs)).toEqual(withoutTime(expected.epochs));
          expect({ ...run, epochs: [] }).toEqual({ ...expected, epochs: [] });
        } else {
          expect(run.stoppedBy).toBe('signal');
          // What the new model begins with must not matter.
          model = scrambled(toyAttentionModel(7), stop);
        }
      }
    },
  );

  test('a finished run is not trained again, and may go on for more epochs while its rate is constant', async () => {
    const options: TrainOptions = {
      validation,
      epochs: 2,
      seed: 3,
      checkpoints: { directory: folder, resume: true },
    };
    const first = toyModel(1);
    await train(first, data, options);
    const again = scrambled(toyModel(1), 2);
    const steps: StepLog[] = [];
    const callbacks = [{ onStepEnd: (log: StepLog) => void steps.push(log) }];
    await train(again, data, { ...options, callbacks });
    expect(steps).toHaveLength(0);
    expect(hashOfWeights(again)).toBe(hashOfWeights(first));
    const longer = scrambled(toyModel(1), 3);
    await train(longer, data, { ...options, epochs: 3, callbacks });
    expect(steps).toHaveLength(10);
    const straight = toyModel(1);
    await train(straight, data, { validation, epochs: 3, seed: 3 });
    expect(hashOfWeights(longer)).toBe(hashOfWeights(straight));
  });

  test('another configuration is refused, with what differs, and nothing is lost', async () => {
    const checkpoints = { directory: folder, resume: true };
    await train(toyAttentionModel(1), data, { ...base, epochs: 1, checkpoints });
    const wrong = train(toyAttentionModel(1), toyExamples(300, 9), {
      ...base,
      epochs: 1,
      learningRate: 0.002,
      checkpoints,
    });
    await expect(wrong).rejects.toThrow(TrainingError);
    await expect(wrong).rejects.toThrow(/learningRate: 0.001 in the checkpoint, 0.002 now/);
    await expect(wrong).rejects.toThrow(/data.labels: /);
    const fresh = train(toyAttentionModel(1), data, {
      ...base,
      epochs: 1,
      checkpoints: { directory: folder },
    });
    await expect(fresh).rejects.toThrow(OptionError);
    await expect(fresh).rejects.toThrow(/holds a run at step 8. Pass resume: true/);
    await train(toyAttentionModel(1), data, { ...base, epochs: 1, checkpoints });
  });

  test('every option that decides the numbers is compared; patience and observers are not', async () => {
    const checkpoints = { directory: folder, resume: true };
    await train(toyAttentionModel(1), data, { ...base, epochs: 1, checkpoints });
    const resume = (options: Partial<TrainOptions>) =>
      train(toyAttentionModel(1), data, { ...base, epochs: 1, checkpoints, ...options });
    const changes: Readonly<Record<string, Partial<TrainOptions>>> = {
      seed: { seed: 4 },
      batchSize: { batchSize: 21 },
      accumulationSteps: { accumulationSteps: 3 },
      optimizer: { optimizer: 'adam' },
      weightDecay: { weightDecay: 0.02 },
      'schedule.kind': { schedule: { kind: 'linear', warmupShare: 0.2 } },
      epochs: { epochs: 2 },
      clipNorm: { clipNorm: 1 },
      labelSmoothing: { labelSmoothing: 0.1 },
      focalGamma: { focalGamma: 2 },
      classWeights: { classWeights: 'balanced' },
      'auxiliaryLosses.textLabel': { auxiliaryLosses: { textLabel: 1 } },
      'monitor.name': { monitor: 'accuracy' },
      'parameterGroups.late.trainFromEpoch': {
        parameterGroups: [{ name: 'late', match: 'widen', learningRate: 1e-4, trainFromEpoch: 3 }],
      },
      'validation.posts': { validation: toyExamples(91, 2) },
    };
    for (const [path, options] of Object.entries(changes)) {
      await expect(resume(options), path).rejects.toThrow(`${path}: `);
    }
    expect((await resume({ patience: 1, callbacks: [{}] })).epochs).toHaveLength(1);
  });

  test('a loss that is not finite leaves the last good checkpoint', async () => {
    const straight = toyAttentionModel(7);
    await train(straight, data, base);
    // From the tenth step on the data give NaN, as a file that goes bad.
    let calls = 0;
    const goingBad = {
      ...data,
      batch: async (indices: readonly number[], names: readonly string[]) => {
        const { x } = await data.batch(indices, names);
        return { x: tf.mul(x as tf.Tensor, ++calls > 18 ? Number.NaN : 1) };
      },
    };
    const checkpoints = { directory: folder, everySteps: 1, resume: true };
    await expect(train(toyAttentionModel(7), goingBad, { ...base, checkpoints })).rejects.toThrow(
      /epoch 2, step 2 of 8: input 'x' holds NaN/,
    );
    const healed = scrambled(toyAttentionModel(7), 1);
    const first: number[] = [];
    const onStepEnd = ({ globalStep }: StepLog) => void first.push(globalStep);
    await train(healed, data, { ...base, checkpoints, callbacks: [{ onStepEnd }] });
    expect(first[0]).toBe(10);
    expect(hashOfWeights(healed)).toBe(hashOfWeights(straight));
  });
});
