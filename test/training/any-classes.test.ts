import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { model as createModel, input, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LabelledExamples } from '../../src/data';
import { OptionError } from '../../src/errors';
import { dense } from '../../src/models/dense';
import { evaluate, predictProbabilities, type TrainOptions, train } from '../../src/training';
import { circleExamples, hashOfWeights, scrambled, toyExamples, toyModel } from '../support/toy-training';
import { useBackend } from '../support/use-backend';

const EMOTIONS = ['anger', 'joy', 'fear', 'sadness', 'surprise'];
const numbered = (classes: number) => Array.from({ length: classes }, (_, index) => `class ${index}`);

describe('classes of any number and names', () => {
  useBackend();
  const folders: string[] = [];
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'any-classes-'));
    folders.push(folder);
    return folder;
  };
  afterEach(async () => {
    vi.restoreAllMocks();
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  const data = circleExamples(EMOTIONS, 150, 1);
  const validation = circleExamples(EMOTIONS, 60, 2);
  const base: TrainOptions = { validation, epochs: 8, learningRate: 0.05, seed: 3 };
  const fiveClasses = () => toyModel(1, { classes: 5 });
  /** The configuration that a run tells of. */
  const configOf = async (options: TrainOptions, posts: LabelledExamples, classes: number) => {
    let told: Readonly<Record<string, unknown>> = {};
    const onTrainBegin = ({ config }: { config: typeof told }) => {
      told = config;
    };
    await train(toyModel(1, { classes }), posts, { ...options, epochs: 1, callbacks: [{ onTrainBegin }] });
    return told;
  };

  test('five are learnt, and scored by their names', async () => {
    const model = fiveClasses();
    const run = await train(model, data, { ...base, classWeights: 'balanced', labelSmoothing: 0.1 });
    expect(run.validation?.accuracy).toBeGreaterThan(0.95);
    const scores = await evaluate(model, validation);
    expect(scores).toEqual(run.validation);
    expect(Object.keys(scores.perClass)).toEqual(EMOTIONS);
    expect(scores.perClass.fear?.support).toBe(12);
    expect(scores.confusionMatrix.map((row) => row.length)).toEqual([5, 5, 5, 5, 5]);
  });

  test.each([2, 40])('%i are learnt', async (classes) => {
    const names = numbered(classes);
    const run = await train(toyModel(1, { classes, dropout: 0 }), circleExamples(names, 10 * classes, 1), {
      ...base,
      validation: circleExamples(names, 3 * classes, 2),
      epochs: 20,
      batchSize: 16,
    });
    expect(run.validation?.macroF1).toBeGreaterThan(0.6);
    expect(run.validation?.confusionMatrix).toHaveLength(classes);
  });

  test('names that objects treat in their own way are names', async () => {
    const names = ['__proto__', '10', 'constructor', '2', 'toString'];
    const posts = circleExamples(names, 100, 1);
    const run = await train(fiveClasses(), posts, { ...base, validation: posts });
    const perClass = run.validation?.perClass as object;
    for (const [index, name] of names.entries()) {
      const row = run.validation?.confusionMatrix[index] as number[];
      expect(Object.getOwnPropertyDescriptor(perClass, name)?.value).toMatchObject({
        support: 20,
        recall: (row[index] as number) / 20,
      });
    }
    expect(Object.keys(JSON.parse(JSON.stringify(perClass))).sort()).toEqual([...names].sort());
  });

  test('a model of another number of classes is refused, by train and evaluate', async () => {
    for (const refused of [train(toyModel(1), data, base), evaluate(toyModel(1), validation)]) {
      await expect(refused).rejects.toThrow(OptionError);
      await expect(refused).rejects.toThrow(
        /first output to be logits \[batch, 5\], one for each of anger, joy, fear, sadness, surprise, received \[null,3\]/,
      );
    }
    const many = circleExamples(numbered(40), 40, 1);
    await expect(train(toyModel(1), many, { ...base, validation: many })).rejects.toThrow(
      /class 0, .*, class 7 and 32 more, received/,
    );
  });

  test('outputs for the labels of text and image have as many classes, where they are trained', async () => {
    const x = input({ shape: [2], name: 'x' });
    const output = (name: string, units: number) =>
      dense({ name, units, seed: 1 }).apply(x) as SymbolicTensor;
    const model = createModel({ inputs: x, outputs: [output('logits', 5), output('textLogits', 3)] });
    const { label } = data.labels;
    const labelled = { ...data, labels: { label, textLabel: label } };
    await expect(train(model, labelled, base)).rejects.toThrow(
      /output textLogits to be logits \[batch, 5\].*\[null,3\]/,
    );
    const options = { ...base, epochs: 1 };
    await train(model, labelled, { ...options, auxiliaryLosses: { textLabel: 0 } });
    await train(model, data, options);
  });

  test('a number of classes that only the running model tells is checked there', async () => {
    const x = input({ shape: [null, 1], name: 'x' });
    const turned = layers
      .permute({ dims: [2, 1] })
      .apply(dense({ name: 'scale', units: 1, seed: 1 }).apply(x));
    const logits = layers.globalMaxPooling1d({}).apply(turned) as SymbolicTensor;
    const model = createModel({ inputs: x, outputs: logits });
    expect(model.outputs[0]?.shape).toEqual([null, null]);
    const wide: LabelledExamples = { ...data, batch: ({ length }) => ({ x: tf.ones([length, 7, 1]) }) };
    await expect(train(model, wide, { ...base, validation: wide })).rejects.toThrow(/\[batch, 5\].*\[32,7\]/);
    await expect(evaluate(model, wide)).rejects.toThrow(/probabilities\[0\]: expected 5 numbers.*received 7/);
  });

  test('validation posts of other names, or in another order, are refused', async () => {
    const turned = { ...validation, classNames: [...EMOTIONS].reverse() };
    await expect(train(fiveClasses(), data, { ...base, validation: turned })).rejects.toThrow(
      /validation to have the class names of the training posts, anger, .*, in this order, received surprise, /,
    );
    const unnamed = toyExamples(30, 2);
    await expect(train(fiveClasses(), data, { ...base, validation: unnamed })).rejects.toThrow(
      /received positive, neutral, negative/,
    );
  });

  test('class weights are as many as classes', async () => {
    await train(fiveClasses(), data, { ...base, epochs: 1, classWeights: [1, 2, 0, 1, 0.5] });
    await expect(train(fiveClasses(), data, { ...base, classWeights: [1, 2, 3] })).rejects.toThrow(
      /classWeights to be .*5 positive numbers, one for each of anger, .*, received 3/,
    );
  });

  test.each([
    ['none', 0],
    ['balanced', 0.1],
  ] as const)(
    'a class without a training post gives finite numbers and a warning (%s)',
    async (classWeights, labelSmoothing) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const label = data.labels.label.map((value) => (value === 2 ? 3 : value));
      const run = await train(
        fiveClasses(),
        { ...data, labels: { label } },
        { ...base, classWeights, labelSmoothing },
      );
      expect(warn.mock.calls).toEqual([
        ['train: no training post is of class fear, so the model cannot learn it.'],
      ]);
      expect(JSON.stringify(run)).not.toContain('null');
      expect(run.validation?.perClass.fear?.support).toBe(12);
    },
  );

  test('posts without labels are predicted, and neither trained nor scored on', async () => {
    const { labels, ...unlabelled } = validation;
    const rows = await predictProbabilities(fiveClasses(), unlabelled);
    expect(rows).toEqual(await predictProbabilities(fiveClasses(), validation));
    const without = unlabelled as LabelledExamples;
    for (const refused of [
      train(fiveClasses(), without, base),
      train(fiveClasses(), data, { ...base, validation: without }),
      evaluate(fiveClasses(), without),
    ]) {
      await expect(refused).rejects.toThrow(OptionError);
      await expect(refused).rejects.toThrow(/expected examples with labels.*predictProbabilities/);
    }
    await expect(evaluate(fiveClasses(), { ...validation, labels: {} as never })).rejects.toThrow(
      /expected 60 labels in labels.label, received 0/,
    );
  });

  test.each([[['joy']], [['joy', 'joy']], [['joy', '']], [['joy', 7]], ['joy'], [{ joy: 0 }]])(
    'class names %j are refused',
    async (classNames) => {
      const wrong = { ...data, classNames: classNames as never };
      await expect(train(fiveClasses(), wrong, base)).rejects.toThrow(
        /classNames: expected two or more different/,
      );
    },
  );

  test('labels are classes of their names', async () => {
    const wrong = { ...data, labels: { label: data.labels.label.map(() => 5) } };
    await expect(train(fiveClasses(), wrong, base)).rejects.toThrow(
      /class indices of anger, .*\(0 to 4\).*received 5 at 0/,
    );
  });

  test('a run goes on with the same names only', async () => {
    const straight = fiveClasses();
    await train(straight, data, { ...base, epochs: 3 });
    const checkpoints = { directory: await newFolder(), resume: true };
    await train(fiveClasses(), data, { ...base, epochs: 2, checkpoints });
    const resumed = scrambled(fiveClasses(), 9);
    const run = await train(resumed, data, { ...base, epochs: 3, checkpoints });
    expect(run.epochs).toHaveLength(3);
    expect(hashOfWeights(resumed)).toBe(hashOfWeights(straight));

    const classNames = ['rage', ...EMOTIONS.slice(1)];
    const renamed = { ...base, validation: { ...validation, classNames }, epochs: 4, checkpoints };
    await expect(train(fiveClasses(), { ...data, classNames }, renamed)).rejects.toThrow(
      /classNames\[0\]: "anger" in the checkpoint, "rage" now/,
    );
  });

  test('the default names are no part of the configuration, so that old checkpoints stay comparable', async () => {
    const posts = toyExamples(30, 1);
    const config = await configOf({ validation: posts }, posts, 3);
    expect(config).not.toHaveProperty('classNames');
    const named = { ...posts, classNames: ['positive', 'neutral', 'negative'] };
    expect(JSON.stringify(await configOf({ validation: posts }, named, 3))).toBe(JSON.stringify(config));
    expect(await configOf(base, data, 5)).toHaveProperty('classNames', EMOTIONS);
  });
});
