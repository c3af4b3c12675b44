import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selectBackend } from '../../src/backend';
import { type Prediction, SentimentClassifier } from '../../src/classifier';
import { type LabelledPost, openMvsa, splitPairs } from '../../src/data';
import { OptionError } from '../../src/errors';
import { maskedAveragePooling } from '../../src/layers';
import type { FusionStrategy } from '../../src/models';
import { bundleScript } from '../support/bundle-script';
import { useBackend } from '../support/use-backend';
import { samplePosts, TINY, trainOnWords, wordPosts } from './tiny-classifier';

useBackend('wasm');

let sample: Awaited<ReturnType<typeof samplePosts>>;
let posts: readonly LabelledPost[] = [];
let classifier: SentimentClassifier;
let model = '';
beforeAll(async () => {
  sample = await samplePosts();
  posts = sample.posts;
  model = join(sample.folder, 'model');
  classifier = await SentimentClassifier.train(posts, TINY);
  await classifier.save(model);
});
afterAll(async () => {
  await classifier.dispose();
  await sample.remove();
});

describe('from posts to answers in five lines', () => {
  test('train, score, save, load, ask', async () => {
    const { pairs } = await openMvsa(join(sample.folder, 'sample'));
    const split = splitPairs(pairs, { ratios: [0.6, 0.2, 0.2], seed: 7, allowMissingClasses: true });
    const mine = await SentimentClassifier.train(split.train, {
      ...TINY,
      validation: split.validation,
      text: 'compact',
      image: 'compact',
    });
    const { macroF1 } = await mine.evaluate(split.test);
    expect(macroF1).toBeGreaterThanOrEqual(0);
    expect(macroF1).toBeLessThanOrEqual(1);
    await mine.save(join(sample.folder, 'five-lines'));
    const loaded = await SentimentClassifier.load(join(sample.folder, 'five-lines'));
    const post = { text: 'what a day', imagePath: (split.test[0] as LabelledPost).imagePath as string };
    const answer = await loaded.predict(post);
    expect(answer).toEqual(await mine.predict(post));
    expect(answer.missing).toEqual([]);
    expect(answer.score).toBe(answer.probabilities[answer.label]);
    expect(mine.run?.epochs).toHaveLength(1);
    expect(loaded.run).toBeNull();
    expect(loaded.training).toEqual(JSON.parse(JSON.stringify(mine.training)));
    await Promise.all([mine.dispose(), loaded.dispose()]);
  });

  test('another process gives the same bits', async () => {
    const bundles = join(sample.folder, 'bundles');
    const script = await bundleScript(new URL('./predict-child.ts', import.meta.url), bundles);
    const asked = posts.slice(0, 5).map(({ text, imagePath }) => ({ text, imagePath }));
    const { stdout } = await promisify(execFile)(process.execPath, [
      script,
      'wasm',
      model,
      JSON.stringify(asked),
    ]);
    expect(JSON.parse(stdout)).toEqual(await classifier.predict(asked as never));
    await rm(bundles, { recursive: true });
  });

  test('trained again it is the same, with another seed it is not', async () => {
    const words = wordPosts(['a', 'b'], 8);
    const [one, other, third] = [
      await trainOnWords(words),
      await trainOnWords(words),
      await trainOnWords(words, { seed: 8 }),
    ];
    const asked = { text: 'sun day' };
    expect(await other.predict(asked)).toEqual(await one.predict(asked));
    expect(await third.predict(asked)).not.toEqual(await one.predict(asked));
  });
});

test('the cpu backend answers the same within 1e-4', async () => {
  const asked = posts.slice(0, 6);
  const expected = (await classifier.predict(asked)) as Prediction[];
  await selectBackend({ backend: 'cpu' });
  try {
    const loaded = await SentimentClassifier.load(model);
    const received = (await loaded.predict(asked)) as Prediction[];
    await loaded.dispose();
    for (const [at, { probabilities }] of received.entries()) {
      for (const [name, value] of Object.entries(probabilities)) {
        expect(Math.abs(value - (expected[at]?.probabilities[name] as number))).toBeLessThan(1e-4);
      }
    }
  } finally {
    await selectBackend({ backend: 'wasm' });
  }
});

describe('classes', () => {
  test.each([
    [['no', 'yes']],
    [['anger', 'fear', 'joy', 'sadness', 'surprise']],
    [['1', '2', '10', '__proto__']],
    [['constructor', 'toString', '<b>|`']],
  ])('%j are trained, saved, loaded and answered', async (labels) => {
    const words = wordPosts(labels, 8);
    const mine = await trainOnWords(words);
    expect([...mine.classNames].sort()).toEqual([...labels].sort());
    const folder = join(sample.folder, `classes-${labels.length}-${labels[0]}`);
    await mine.save(folder);
    const loaded = await SentimentClassifier.load(folder);
    const answer = await loaded.predict({ text: 'sun day' });
    expect(answer).toEqual(await mine.predict({ text: 'sun day' }));
    expect(Object.keys(answer.probabilities).sort()).toEqual([...labels].sort());
    expect(labels).toContain(answer.label);
    const sum = Object.values(answer.probabilities).reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(1, 12);
    const scores = await loaded.evaluate(words);
    expect(Object.keys(scores.perClass).sort()).toEqual([...labels].sort());
    await Promise.all([mine.dispose(), loaded.dispose()]);
  });

  test('classNames fixes their order, and may name one that no post has', async () => {
    const words = wordPosts(['b', 'a'], 8);
    const mine = await trainOnWords(words, { classNames: ['b', 'c', 'a'] });
    expect(mine.classNames).toEqual(['b', 'c', 'a']);
    const { confusionMatrix } = await mine.evaluate(words);
    expect(confusionMatrix[1]).toEqual([0, 0, 0]);
    await expect(trainOnWords(words, { classNames: ['a', 'c'] })).rejects.toThrow(
      /expected label among a, c, received "b"/,
    );
    for (const classNames of [['a'], ['a', 'a'], ['a', ''], ['a', 3], 'ab'])
      await expect(trainOnWords(words, { classNames: classNames as never })).rejects.toThrow(OptionError);
  });

  test('one class, no label, and two spellings of one are refused', async () => {
    const [one, other] = wordPosts(['a', 'b'], 1) as [LabelledPost, LabelledPost];
    const train = (labels: readonly unknown[]) =>
      trainOnWords(labels.map((label, at) => ({ ...(at % 2 ? one : other), label })) as LabelledPost[], {
        validation: [one, other],
      });
    await expect(trainOnWords(wordPosts(['a'], 20))).rejects.toThrow(
      /two or more classes.*the label a alone/,
    );
    await expect(
      trainOnWords([{ text: 'x' }, { text: 'y' }] as never, { validation: [{ text: 'z' }] as never }),
    ).rejects.toThrow(/none with a label/);
    await expect(train(['a', 'A'])).rejects.toThrow(/one spelling/);
    await expect(train(['a', 'b', 5])).rejects.toThrow(/expected label among a, b, received 5/);
    await expect(train(['a', 'b', null])).rejects.toThrow(/expected a label, as other posts have one/);
  });
});

describe("a strategy of fusion of one's own", () => {
  const product: FusionStrategy = {
    usesText: true,
    usesImage: true,
    fuse: ({ tokens, paddingMask, regions }, { name }) => {
      const text = maskedAveragePooling({ name: `${name}/text` }).apply([tokens, paddingMask]);
      const image = layers.globalAveragePooling1d({ name: `${name}/image` }).apply(regions);
      return layers
        .multiply({ name: `${name}/fused` })
        .apply([text, image] as SymbolicTensor[]) as SymbolicTensor;
    },
  };

  test('is trained, saved, and loaded without it', async () => {
    const mine = await SentimentClassifier.train(posts.slice(0, 40), { ...TINY, fusion: product });
    const folder = join(sample.folder, 'product');
    await mine.save(folder);
    const loaded = await SentimentClassifier.load(folder);
    const asked = [...posts.slice(0, 3), { text: 'half' }];
    expect(await loaded.predict(asked)).toEqual(await mine.predict(asked));
    await Promise.all([mine.dispose(), loaded.dispose()]);
  });

  test('is refused before any post is read when it is none', async () => {
    const read = async () => Promise.reject(new Error('was read'));
    const source = { read, decode: read } as never;
    for (const fusion of ['vision-guide', { usesText: true }, 5])
      await expect(
        SentimentClassifier.train(posts, { ...TINY, fusion: fusion as never, source }),
      ).rejects.toThrow(/expected fusion to be/);
    await expect(SentimentClassifier.train(posts, { ...TINY, numHeads: 3, source })).rejects.toThrow(
      /multiple of numHeads/,
    );
  });
});

describe('memory', () => {
  test('neither answers, scores, explanations nor failures leave tensors behind', async () => {
    await classifier.predict(posts);
    const { numTensors } = tf.memory();
    for (let round = 0; round < 20; round++) await classifier.predict(posts.slice(0, 3));
    await classifier.predict([{ imagePath: 'absent.jpg' }, { text: 'x' }, null as never]);
    await classifier.predict({ imagePath: 'absent.jpg' }).catch(() => {});
    await classifier.evaluate(posts.slice(0, 10));
    await classifier.explain({ text: 'two words' });
    await classifier.predict(posts, { signal: AbortSignal.abort() }).catch(() => {});
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('dispose frees all that loading and training made, once; asking after it is a clear error', async () => {
    const before = tf.memory().numTensors;
    const loaded = await SentimentClassifier.load(model);
    const again = await SentimentClassifier.load(model);
    const words = await trainOnWords(wordPosts(['a', 'b'], 8));
    const answered = await loaded.predict(posts.slice(0, 2));
    await loaded.dispose();
    await loaded.dispose();
    // One that was loaded beside it is as it was.
    expect(await again.predict(posts.slice(0, 2))).toEqual(answered);
    await again.dispose();
    await words.dispose();
    expect(tf.memory().numTensors).toBe(before);
    for (const call of [
      () => loaded.predict({ text: 'x' }),
      () => loaded.predict([{ text: 'x' }]),
      () => loaded.evaluate(posts),
      () => loaded.explain({ text: 'x' }),
      () => loaded.save(join(sample.folder, 'disposed')),
    ])
      await expect(call()).rejects.toThrow(/received one after dispose\(\)/);
  });

  test('dispose waits for what is being computed, and ends the rest', async () => {
    const before = tf.memory().numTensors;
    const loaded = await SentimentClassifier.load(model);
    const asked = loaded.predict(posts, { batchSize: 4 }).then(
      () => 'answered',
      (error: Error) => error.message,
    );
    await loaded.dispose();
    expect(await asked).toMatch(/after dispose\(\)/);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a training that fails leaves nothing', async () => {
    const before = tf.memory().numTensors;
    const boom = { onStepEnd: () => Promise.reject(new Error('boom')) };
    await expect(trainOnWords(wordPosts(['a', 'b'], 8), { callbacks: [boom] })).rejects.toThrow('boom');
    expect(tf.memory().numTensors).toBe(before);
  });
});
