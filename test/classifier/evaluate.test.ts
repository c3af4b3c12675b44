import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Prediction, SentimentClassifier } from '../../src/classifier';
import type { LabelledPost } from '../../src/data';
import { DataError, OptionError } from '../../src/errors';
import { expectedCalibrationError } from '../../src/metrics';
import { useBackend } from '../support/use-backend';
import { samplePosts, TINY } from './tiny-classifier';

useBackend('wasm');

let sample: Awaited<ReturnType<typeof samplePosts>>;
let posts: readonly LabelledPost[] = [];
let classifier: SentimentClassifier;
beforeAll(async () => {
  sample = await samplePosts(60);
  posts = sample.posts;
  // Enough validation posts to calibrate by: fewer than 30 are not.
  classifier = await SentimentClassifier.train(posts, { ...TINY, epochs: 2, validation: posts });
  expect(posts.length).toBeGreaterThanOrEqual(30);
});
afterAll(async () => {
  await classifier.dispose();
  await sample.remove();
});

/** Whole posts, posts of text alone and of an image alone, by turns. */
const mixed = () =>
  posts.map((post, at): LabelledPost => {
    const { text, imagePath, ...rest } = post;
    if (at % 3 === 0) return post;
    return at % 3 === 1 ? { ...rest, text: text as string } : { ...rest, imagePath: imagePath as string };
  });

describe('evaluate', () => {
  test('gives the scores that its own predictions have, counted by hand', async () => {
    const asked = mixed();
    const scores = await classifier.evaluate(asked, { batchSize: 7 });
    const predictions = (await classifier.predict(asked)) as Prediction[];
    const pairs = predictions.map(({ label }, at) => [asked[at]?.label as string, label] as const);
    const right = pairs.filter(([truth, said]) => truth === said).length;
    expect(scores.accuracy).toBeCloseTo(right / asked.length, 12);
    const f1s = classifier.classNames.map((name, row) => {
      const count = (wanted: (truth: string, said: string) => boolean) =>
        pairs.filter(([truth, said]) => wanted(truth, said)).length;
      const hits = count((truth, said) => truth === name && said === name);
      const [said, true_] = [count((_, one) => one === name), count((one) => one === name)];
      const [precision, recall] = [said === 0 ? 0 : hits / said, true_ === 0 ? 0 : hits / true_];
      const f1 = hits === 0 ? 0 : (2 * precision * recall) / (precision + recall);
      expect(scores.perClass[name]?.precision).toBeCloseTo(precision, 12);
      expect(scores.perClass[name]?.recall).toBeCloseTo(recall, 12);
      expect(scores.perClass[name]?.f1).toBeCloseTo(f1, 12);
      expect(scores.perClass[name]?.support).toBe(true_);
      expect(scores.confusionMatrix[row]).toEqual(
        classifier.classNames.map((other) => count((truth, one) => truth === name && one === other)),
      );
      return f1;
    });
    expect(scores.macroF1).toBeCloseTo(f1s.reduce((sum, f1) => sum + f1, 0) / f1s.length, 12);
  });

  test('the loss is that of the calibrated probabilities, and the calibration error theirs', async () => {
    const asked = mixed();
    const { loss, calibration } = await classifier.evaluate(asked);
    const predictions = (await classifier.predict(asked)) as Prediction[];
    const terms = predictions.map(
      ({ probabilities }, at) => -Math.log(probabilities[asked[at]?.label as string] as number),
    );
    expect(loss).toBeCloseTo(terms.reduce((sum, term) => sum + term, 0) / terms.length, 10);
    const eceAfter = expectedCalibrationError(
      asked.map(({ label }) => classifier.classNames.indexOf(label)),
      predictions.map(({ probabilities }) => Object.values(probabilities)),
    );
    expect(calibration?.eceAfter).toBeCloseTo(eceAfter, 10);
    expect(calibration?.temperature).toBe(classifier.calibrations.full?.temperature);
  });

  test('the validation scores of training are those that evaluate gives', async () => {
    const [first, second] = [posts.slice(0, 30), posts.slice(30)];
    const mine = await SentimentClassifier.train(first, { ...TINY, validation: second });
    const scores = await mine.evaluate(second);
    expect(scores.confusionMatrix).toEqual(mine.run?.validation?.confusionMatrix);
    expect(mine.training.scores?.accuracy).toBe(scores.accuracy);
    expect(mine.training.posts.validation).toEqual(
      Object.fromEntries(
        mine.classNames.map((name) => [name, second.filter(({ label }) => label === name).length]),
      ),
    );
    await mine.dispose();
  });

  test('fewer than 30 validation posts calibrate nothing, and no calibration is told', async () => {
    const mine = await SentimentClassifier.train(posts, { ...TINY, validation: posts.slice(0, 29) });
    expect(mine.calibrations.full).toBeNull();
    expect((await mine.evaluate(posts)).calibration).toBeUndefined();
    await mine.dispose();
  });

  test('a post that cannot be read is an error that names it, or is left out and told', async () => {
    const broken = { id: 'broken', label: 'positive', text: 'x', imagePath: 'absent.jpg' };
    const asked = [posts[0], broken, posts[1], { id: 'empty', label: 'negative' }] as LabelledPost[];
    await expect(classifier.evaluate(asked)).rejects.toThrow(DataError);
    await expect(classifier.evaluate(asked)).rejects.toThrow(/2 of 4 that cannot:\npost broken: absent\.jpg/);
    const told: string[] = [];
    const scores = await classifier.evaluate(asked, {
      unreadable: 'skip',
      onSkip: (id, reason) => told.push(`${id}: ${reason.slice(0, 10)}`),
    });
    expect(told).toEqual(['broken: absent.jpg', 'empty: neither te']);
    expect(scores).toEqual(await classifier.evaluate(asked.filter((_, at) => at % 2 === 0)));
    await expect(classifier.evaluate([broken], { unreadable: 'skip' })).rejects.toThrow(/1 of 1/);
  });

  test('what is no labelled post, or no list of them, is refused', async () => {
    const of = (label: unknown) =>
      classifier.evaluate([posts[0], { id: 'x', text: 'a', label }] as LabelledPost[]);
    await expect(of('Positive')).rejects.toThrow(
      'evaluate: expected the label of post x among positive, neutral, negative, received "Positive".',
    );
    for (const label of [undefined, null, 1, 1n, {}, ['positive']])
      await expect(of(label)).rejects.toThrow(OptionError);
    for (const none of [[], {}, null, 'posts', posts[0]])
      await expect(classifier.evaluate(none as never)).rejects.toThrow(OptionError);
    for (const none of [null, undefined, 5])
      await expect(classifier.evaluate([none] as never)).rejects.toThrow(/label of post 0 .* undefined/);
    await expect(classifier.evaluate(posts, { unreadable: 'ignore' as never })).rejects.toThrow(OptionError);
  });
});
