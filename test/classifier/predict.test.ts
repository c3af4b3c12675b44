import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FailedPrediction, type Prediction, SentimentClassifier } from '../../src/classifier';
import { type LabelledPost, type Post, readImage } from '../../src/data';
import { DataError, OptionError } from '../../src/errors';
import { useBackend } from '../support/use-backend';
import { samplePosts, TINY, trainOnWords, wordPosts } from './tiny-classifier';

useBackend('wasm');

let sample: Awaited<ReturnType<typeof samplePosts>>;
let posts: readonly LabelledPost[] = [];
let classifier: SentimentClassifier;
let bytes: Uint8Array;
let path = '';
beforeAll(async () => {
  sample = await samplePosts(60);
  posts = sample.posts;
  classifier = await SentimentClassifier.train(posts, TINY);
  path = posts[0]?.imagePath as string;
  bytes = await readFile(path);
});
afterAll(async () => {
  await classifier.dispose();
  await sample.remove();
});

/** A post of each kind, and what is said of it: what is missing, or the error. */
const KINDS: readonly (readonly [post: () => unknown, missing: readonly string[] | RegExp])[] = [
  [() => ({ text: 'so happy', imagePath: path }), []],
  [() => ({ text: 'so happy', image: bytes }), []],
  [() => ({ text: 'so happy 😀', image: new Blob([bytes as Uint8Array<ArrayBuffer>]) }), []],
  [() => ({ text: 'so happy' }), ['image']],
  [() => ({ text: 'שלום \u202e olleh', imagePath: null }), ['image']],
  [() => ({ text: '\ud800 lone \udfff', imagePath: '' }), ['image']],
  [() => ({ text: 'x'.repeat(1_000_000) }), ['image']],
  [() => ({ text: '\u0000\u0001' }), ['image']],
  [() => ({ imagePath: path }), ['text']],
  [() => ({ text: ' \n ', imagePath: path }), ['text']],
  [() => ({ text: null, image: bytes }), ['text']],
  [() => ({}), /^neither text nor image$/],
  [() => ({ text: '  ' }), /^neither text nor image$/],
  [() => ({ text: 'x', imagePath: 'absent.jpg' }), /^absent\.jpg: .*no image file/],
  [() => ({ text: 'x', image: bytes.subarray(0, 200) }), /^the image: expected/],
  [() => ({ text: 'x', image: new Uint8Array(0) }), /^the image: expected/],
  [() => ({ text: 'x', image: new Blob(['<html>']) }), /^the image: expected .*html/],
  [() => ({ text: 'x', image: path }), /^expected image to be .*received a string; the path/],
  [() => ({ text: 'x', image: { data: new Uint8Array(9), width: 1.5, height: 2 } }), /^expected image to be/],
  [() => ({ text: 'x', image: { data: new Uint8Array(3), width: -1, height: -1 } }), /^expected image to be/],
  [() => ({ text: 'x', image: { data: new Uint8Array(4), width: 1, height: 1 } }), /^expected image to be/],
  [() => ({ text: 'x', image: bytes, imagePath: path }), /received both/],
  [() => ({ text: 5 }), /^expected text to be a string, received 5/],
  [() => ({ text: 'x', imagePath: ['a'] }), /^expected imagePath to be a string, received an array/],
  [() => ({ id: { a: 1 }, text: 'x' }), /^expected id to be a string or a number, received an object of a/],
  [() => ({ id: Object.create(null), text: 'x' }), /^expected id to be/],
  [() => null, /^expected a post .*received null/],
  [() => undefined, /^expected a post .*received undefined/],
  [() => 'so happy', /^expected a post .*received so happy/],
  [() => [{ text: 'x' }], /^expected a post .*received an array/],
];

function checkAnswer(answer: Prediction | FailedPrediction, expected: readonly string[] | RegExp): void {
  if (expected instanceof RegExp) {
    expect((answer as FailedPrediction).error).toMatch(expected);
    expect(Object.keys(answer).sort()).toEqual(['error', 'id']);
    return;
  }
  const { label, score, probabilities, missing } = answer as Prediction;
  expect(missing).toEqual(expected);
  const values = Object.values(probabilities);
  expect(Object.keys(probabilities)).toEqual(classifier.classNames);
  expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  expect(score).toBe(Math.max(...values));
  expect(score).toBe(probabilities[label]);
}

describe('predict', () => {
  test('gives one answer for each post, in order, whatever they are', async () => {
    const asked = KINDS.map(([post]) => post() as Post);
    const answers = await classifier.predict(asked);
    expect(answers.map(({ id }) => id)).toEqual(asked.map((_, place) => String(place)));
    for (const [at, answer] of answers.entries()) checkAnswer(answer, KINDS[at]?.[1] as RegExp);
  });

  test('gives alone what it gives among others, in batches of any size', { timeout: 60_000 }, async () => {
    const alone = await Promise.all(
      KINDS.map(async ([post]) => {
        const [answer] = await classifier.predict([post() as Post]);
        return answer as Prediction | FailedPrediction;
      }),
    );
    const picks = fc.array(fc.nat(KINDS.length - 1), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(picks, fc.integer({ min: 1, max: 9 }), async (places, batchSize) => {
        const asked = places.map((place) => KINDS[place]?.[0]() as Post);
        const answers = await classifier.predict(asked, { batchSize });
        expect(answers).toHaveLength(places.length);
        for (const [at, answer] of answers.entries()) {
          const one = alone[places[at] as number] as Prediction | FailedPrediction;
          if ('error' in one) {
            expect(answer).toEqual({ ...one, id: answer.id });
            continue;
          }
          const { label, missing, probabilities } = answer as Prediction;
          expect(missing).toEqual(one.missing);
          // Sums over a longer text's padding may round otherwise.
          for (const [name, value] of Object.entries(probabilities))
            expect(Math.abs(value - (one.probabilities[name] as number))).toBeLessThan(1e-5);
          expect(probabilities[label]).toBe((answer as Prediction).score);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('a path, its bytes, a Blob and its pixels are the same image, to the bit', async () => {
    const text = 'what a day';
    const { probabilities } = await classifier.predict({ text, imagePath: path });
    const images = [
      bytes,
      Uint8Array.from(bytes),
      new Blob([bytes as Uint8Array<ArrayBuffer>]),
      await readImage(path),
    ];
    for (const image of images)
      expect((await classifier.predict({ text, image })).probabilities).toEqual(probabilities);
  });

  test('one post that cannot be used throws, naming it', async () => {
    for (const [post, expected] of KINDS) {
      if (!(expected instanceof RegExp)) continue;
      const asked = post();
      if (typeof asked !== 'object' || asked === null) {
        await expect(classifier.predict(asked as Post)).rejects.toThrow(OptionError);
      } else if (!Array.isArray(asked))
        await expect(classifier.predict(asked as Post)).rejects.toThrow(DataError);
    }
    await expect(classifier.predict({ id: '77' })).rejects.toThrow('post 77: neither text nor image');
  });

  test('ids may be numbers, repeat, or be absent', async () => {
    const asked = [
      { id: 7, text: 'a' },
      { id: '7', text: 'b' },
      { text: 'c' },
      { id: 7, text: 5 },
      { id: '', text: 'd' },
    ];
    const answers = await classifier.predict(asked as unknown as Post[]);
    expect(answers.map(({ id }) => id)).toEqual(['7', '7', '2', '7', '']);
    expect((await classifier.predict({ id: 12n, text: 'a' } as never)).id).toBe('12');
  });

  test('no posts are no answers; options are checked', async () => {
    expect(await classifier.predict([])).toEqual([]);
    await expect(classifier.predict([], { batchSize: 0 })).rejects.toThrow(OptionError);
    await expect(classifier.predict([], { batch: 3 } as never)).rejects.toThrow(/Did you mean batchSize/);
  });

  test('labels are left unread', async () => {
    const answers = await classifier.predict([{ text: 'a', label: 'joy' }, { text: 'b' }]);
    expect(answers.every((answer) => 'label' in answer)).toBe(true);
  });

  test('tells how far it is, and ends with the reason of the signal', async () => {
    const told: number[] = [];
    await classifier.predict(posts.slice(0, 10), {
      batchSize: 4,
      onProgress: ({ stage, done, total }) => {
        expect([stage, total]).toEqual(['predict', 10]);
        told.push(done);
      },
    });
    expect(told).toEqual([4, 8, 10]);

    const reason = new Error('enough');
    await expect(classifier.predict(posts, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    for (const ask of ['predict', 'evaluate'] as const) {
      await expect(
        classifier[ask](posts as never, { batchSize: 4, signal: controller.signal, onProgress }),
      ).rejects.toBe(reason);
    }
  });
});

describe('a classifier that was not trained to do without a half', () => {
  test('gives an error for a post of one half', async () => {
    const strict = await SentimentClassifier.train(posts, { ...TINY, modalityDropout: 0 });
    expect(strict.calibrations).toMatchObject({ text: null, image: null });
    const answers = await strict.predict([
      { text: 'a' },
      { imagePath: path },
      { text: 'a', imagePath: path },
    ]);
    expect(answers[0]).toEqual({ id: '0', error: 'no image' });
    expect(answers[1]).toEqual({ id: '1', error: 'no text' });
    expect(answers[2]).toMatchObject({ id: '2', missing: [] });
    await expect(strict.predict({ text: 'a' })).rejects.toThrow('post 0: no image');
    await strict.dispose();
  });

  test('refuses to learn from one, too', async () => {
    const half = [...posts.slice(0, 20), { id: 'half', label: 'positive', text: 'no picture' }];
    await expect(
      SentimentClassifier.train(half, { ...TINY, validation: posts.slice(20), modalityDropout: 0 }),
    ).rejects.toThrow(/1 of 21 that cannot:\npost half: no image/);
  });
});

test('a text-only classifier reads no image, in training and after', async () => {
  const words = wordPosts(['a', 'b'], 8).map((post, at) =>
    at % 2 ? { ...post, imagePath: 'absent.jpg' } : post,
  );
  const mine = await trainOnWords(words);
  const [first, second, third] = await mine.predict([
    { text: 'sun' },
    { text: 'sun', imagePath: 'absent.jpg' },
    { imagePath: path },
  ]);
  expect(first).toMatchObject({ missing: [] });
  expect(second).toEqual({ ...first, id: '1' });
  expect(third).toEqual({ id: '2', error: 'no text' });
  await mine.dispose();
});
