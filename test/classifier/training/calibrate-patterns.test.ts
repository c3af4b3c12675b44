import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pattern, type Prediction, SentimentClassifier } from '../../../src/classifier';
import { calibrate } from '../../../src/classifier/core/calibration';
import { ClassifierCore } from '../../../src/classifier/core/classifier-core';
import type { LabelledPost, Post } from '../../../src/data';
import { fileSource } from '../../../src/data';
import { compactImageStream, compactTextStream, fitCompactText } from '../../../src/models';
import { useBackend } from '../../support/use-backend';
import { samplePosts, TINY } from '../tiny-classifier';

useBackend('wasm');

let sample: Awaited<ReturnType<typeof samplePosts>>;
let posts: readonly LabelledPost[] = [];
let classifier: SentimentClassifier;
let text: ReturnType<typeof compactTextStream>;
const image = compactImageStream({ imageSize: TINY.imageSize, dim: TINY.projectionDim });
beforeAll(async () => {
  sample = await samplePosts(60);
  posts = sample.posts;
  text = compactTextStream(fitCompactText(posts.map((post) => post.text as string)), {
    dim: TINY.projectionDim,
  });
  classifier = await SentimentClassifier.train(posts, {
    ...TINY,
    epochs: 4,
    modalityDropout: 0.3,
    validation: posts,
    text,
    image,
  });
});
afterAll(async () => {
  await classifier.dispose();
  await sample.remove();
});

const half: Readonly<Record<Pattern, (post: LabelledPost) => Post>> = {
  full: (post) => post,
  text: ({ imagePath: _, ...rest }) => rest,
  image: ({ text: _, ...rest }) => rest,
};

/** The same model with temperatures of our own. */
function withTemperatures(temperatures: Readonly<Record<Pattern, number>>): ClassifierCore {
  const one = (temperature: number) => ({ temperature, eceBefore: 0, eceAfter: 0, posts: 30 });
  const calibrations = {
    full: one(temperatures.full),
    text: one(temperatures.text),
    image: one(temperatures.image),
  };
  const { model, classNames } = classifier;
  return new ClassifierCore({ model, text, image, classNames, calibrations }, fileSource);
}

const patterns = ['full', 'text', 'image'] as const;
const raw = { full: 1, text: 1, image: 1 };

test.each(patterns)(
  'the temperature of %s is fitted on the posts as they are then asked about',
  async (pattern) => {
    const answers = (await withTemperatures(raw).predict(posts.map(half[pattern]))) as Prediction[];
    const logits = answers.map(({ probabilities }) => Object.values(probabilities).map(Math.log));
    const expected = calibrate(
      logits,
      posts.map(({ label }) => classifier.classNames.indexOf(label)),
    );
    expect(expected).not.toBeNull();
    expect(classifier.calibrations[pattern]?.temperature).toBeCloseTo(expected?.temperature as number, 4);
  },
);

test('the three differ, so that none passes for another', () => {
  const found = patterns.map((pattern) => classifier.calibrations[pattern]?.temperature as number);
  expect(new Set(found.map((temperature) => temperature.toFixed(3))).size).toBe(3);
});

test.each(patterns)('a post of %s is answered with the temperature of its pattern', async (pattern) => {
  const post = half[pattern](posts[0] as LabelledPost);
  const logOdds = async (temperatures: Readonly<Record<Pattern, number>>) => {
    const { probabilities } = await withTemperatures(temperatures).predict(post);
    const [first = 0, second = 0] = Object.values(probabilities);
    return Math.log(first / second);
  };
  const plain = await logOdds(raw);
  expect(Math.abs(plain)).toBeGreaterThan(1e-3);
  expect(await logOdds({ full: 7, text: 7, image: 7, [pattern]: 2 })).toBeCloseTo(plain / 2, 8);
});

test('the share of modalityDropout is that of the model', () => {
  expect(classifier.model.getLayer('stand_ins').getConfig().rate).toBe(0.3);
});
