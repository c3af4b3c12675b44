import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LabelledExamples } from '../../src/data';
import { DataError, OptionError, TrainingError } from '../../src/errors';
import { type TrainOptions, train } from '../../src/training';
import { toyExamples, toyModel } from '../support/toy-training';
import { useBackend } from '../support/use-backend';

describe('training that fails', () => {
  useBackend();
  const data = toyExamples(96, 1);
  const validation = toyExamples(70, 2);
  const base: TrainOptions = { validation, epochs: 1, batchSize: 16, accumulationSteps: 3 };
  const giving = (batch: (posts: number, call: number) => tf.NamedTensorMap): LabelledExamples => {
    let calls = 0;
    return { ...data, batch: (indices) => batch(indices.length, ++calls) };
  };
  const x = (posts: number, width = 2) => ({ x: tf.zeros([posts, width]) });

  let model: ReturnType<typeof toyModel>;
  beforeEach(() => {
    model = toyModel(1);
  });
  afterEach(() => void model.dispose());

  test.each<[string, LabelledExamples, Partial<TrainOptions>, unknown]>([
    [
      'data that throw in the second pass of a step',
      giving((posts, call) => {
        if (call === 2) throw new Error('disk');
        return x(posts);
      }),
      {},
      'disk',
    ],
    ['data without an input', giving((posts) => ({ y: tf.zeros([posts]) })), {}, DataError],
    ['data of another shape', giving((posts) => x(posts, 3)), {}, /incompatible/],
    [
      'more rows than posts, which the loss refuses',
      giving((posts) => x(posts + 1)),
      {},
      /\[17,3\] and \[16\]/,
    ],
    [
      'numbers that are not finite',
      giving((posts) => ({ x: tf.fill([posts, 2], Number.NaN) })),
      {},
      TrainingError,
    ],
    [
      'validation posts of another shape',
      data,
      { validation: giving((posts) => x(posts, 3)) },
      /incompatible/,
    ],
  ])('%s: leaves no tensor', async (_what, posts, options, error) => {
    const before = tf.memory().numTensors;
    await expect(train(model, posts, { ...base, ...options })).rejects.toThrow(error as RegExp);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('inputs that the model does not read are freed', async () => {
    const more = giving((posts) => ({ ...x(posts), unread: tf.zeros([posts, 4]) }));
    const before = tf.memory().numTensors;
    await train(model, more, base);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('validation logits that are not finite are an error that names their source', async () => {
    const bad = giving((posts) => ({ x: tf.fill([posts, 2], Number.NaN) }));
    await expect(train(model, data, { ...base, validation: bad })).rejects.toThrow(
      /validation post 0 .* after epoch 1: input 'x' holds NaN/,
    );
    const huge = train(model, data, { ...base, batchSize: 96, accumulationSteps: 1, learningRate: 1e38 });
    await expect(huge).rejects.toThrow(TrainingError);
    await expect(huge).rejects.toThrow(/validation post 0 .* after epoch 1: .*Lower the learning rate/);
  });

  test('what onValidation rejects with ends training', async () => {
    const onValidation = async () => {
      await tf.nextFrame();
      throw new Error('disk full');
    };
    await expect(train(model, data, { ...base, callbacks: [{ onValidation }] })).rejects.toThrow('disk full');
  });

  test('an error in validation is none of the signal', async () => {
    const controller = new AbortController();
    const onValidation = () => {
      controller.abort();
      throw new Error('disk full');
    };
    const { signal } = controller;
    const run = train(model, data, { ...base, signal, callbacks: [{ onValidation }] });
    await expect(run).rejects.toThrow('disk full');
  });

  test('every callback hears the end, though one throws there', async () => {
    let heard = false;
    const thrower = () => {
      throw new Error('cannot close');
    };
    const hearer = () => {
      heard = true;
    };
    const run = train(model, data, { ...base, callbacks: [{ onTrainEnd: thrower }, { onTrainEnd: hearer }] });
    await expect(run).rejects.toThrow('cannot close');
    expect(heard).toBe(true);
  });

  test.each<[object, RegExp]>([
    [{ schedule: { kind: 'linear', warmupSteps: 1000 } }, /warmupSteps .* run's 2 steps, received 1000/],
    [{ focalGamma: -1 }, /focalGamma .*received -1/],
    [{ labelSmoothing: 0.1, focalGamma: 2 }, /labelSmoothing or focalGamma/],
    [{ learningRate: Number.NaN }, /received NaN/],
    [{ auxiliaryLosses: { text: 0 } }, /received "text". Did you mean textLabel/],
    [{ callbacks: {} }, /callbacks to be a list/],
    [{ signal: new AbortController() }, /signal to be an AbortSignal/],
    [{ checkpoints: { directory: 'never-made', resume: 'no' } }, /resume to be true or false, received "no"/],
    [{ noDecay: 'bias' }, /noDecay to be a list/],
    [{ parameterGroups: {} }, /list of groups/],
  ])('%j is refused before anything begins', async (wrong, message) => {
    let began = false;
    const onTrainBegin = () => {
      began = true;
    };
    const run = train(model, data, {
      ...base,
      callbacks: [{ onTrainBegin }],
      ...(wrong as Partial<TrainOptions>),
    });
    await expect(run).rejects.toThrow(OptionError);
    await expect(run).rejects.toThrow(message);
    expect(began).toBe(false);
  });
});
