import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SentimentClassifier } from '../../../src/classifier';
import type { LabelledPost } from '../../../src/data';
import { DataError, OptionError } from '../../../src/errors';
import { useBackend } from '../../support/use-backend';
import { TINY, trainOnWords, wordPosts } from '../tiny-classifier';

useBackend('wasm');

const COLOURS = { red: [255, 0, 0], blue: [0, 0, 255] } as const;

/** A grey picture whose top left corner tells the class. */
function cornerImage(colour: keyof typeof COLOURS, shade = 128) {
  const data = new Uint8Array(28 * 28 * 3).fill(shade);
  for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) data.set(COLOURS[colour], (y * 28 + x) * 3);
  return { data, width: 28, height: 28 };
}

const FILLERS = ['day', 'number', 'again', 'with', 'many', 'words'];
/** Among words that tell nothing stands one that does: sun or rain. */
const words = wordPosts(['blue', 'red'], 40).map((post, at): LabelledPost => {
  const others = FILLERS.filter((_, place) => ((at >> 1) * 7 + place * 5) % 3 > 0);
  others.splice((at >> 1) % others.length, 0, post.label === 'blue' ? 'sun' : 'rain');
  return { ...post, text: others.join(' ') };
});
const both = words.map(
  (post, at): LabelledPost => ({ ...post, image: cornerImage(post.label as 'red', 100 + at) }),
);

let texts: SentimentClassifier;
let images: SentimentClassifier;
let whole: SentimentClassifier;
beforeAll(async () => {
  const options = { ...TINY, epochs: 25, learningRate: 0.01, dropout: 0, patience: 25 } as const;
  texts = await trainOnWords(words, options);
  images = await SentimentClassifier.train(both, { ...options, fusion: 'image-only' });
  whole = await SentimentClassifier.train(both, TINY);
});
afterAll(async () => {
  for (const classifier of [texts, images, whole]) await classifier.dispose();
});

describe('explain', () => {
  test('the word that tells weighs most, and stands where it stands', async () => {
    const text = '  day number\tsun with again ';
    const { prediction, words: weights, regions, alone } = await texts.explain({ text });
    expect(prediction.label).toBe('blue');
    expect(regions).toBeNull();
    expect(alone).toEqual({ text: null, image: null });
    expect(weights?.map(({ word }) => word)).toEqual(['day', 'number', 'sun', 'with', 'again']);
    for (const { word, start, weight } of weights ?? []) {
      expect(text.slice(start, start + word.length)).toBe(word);
      expect(Math.abs(weight)).toBeLessThanOrEqual(1);
    }
    const heaviest = [...(weights ?? [])].sort((a, b) => b.weight - a.weight)[0];
    expect(heaviest?.word).toBe('sun');
    const without = await texts.predict({ text: text.replace('sun', '') });
    expect(heaviest?.weight).toBeCloseTo(prediction.score - (without.probabilities.blue as number), 6);
  });

  test('the place that tells weighs most', async () => {
    const { prediction, words: weights, regions } = await images.explain({ image: cornerImage('red') });
    expect(prediction.label).toBe('red');
    expect(weights).toBeNull();
    expect(regions?.map((row) => row.length)).toEqual(Array(7).fill(7));
    const flat = regions?.flat() ?? [];
    expect(Math.max(...flat)).toBe(flat[0]);
    expect(flat[0]).toBeGreaterThan(0);
  });

  test('each half alone is asked where both are there', async () => {
    const post = { text: 'sun day', image: cornerImage('red') };
    const { prediction, alone, words: weights, regions } = await whole.explain(post);
    expect(prediction).toEqual(await whole.predict(post));
    const [text, image] = [
      await whole.predict({ text: post.text }),
      await whole.predict({ image: post.image }),
    ];
    expect(alone.text).toBeCloseTo(text.probabilities[prediction.label] as number, 5);
    expect(alone.image).toBeCloseTo(image.probabilities[prediction.label] as number, 5);
    expect(weights).toHaveLength(2);
    expect(regions).toHaveLength(7);
    const half = await whole.explain({ text: 'sun' });
    expect(half).toMatchObject({ regions: null, alone: { text: null, image: null } });
    // Without its one word nothing is left to ask about: the word carries all there is.
    expect(half.words).toEqual([{ word: 'sun', start: 0, weight: half.prediction.score }]);
  });

  test('a long text is explained in 256 runs of words that cover it', async () => {
    const text = Array.from({ length: 1000 }, (_, at) => `w${at}`).join(' ');
    const weights = (await texts.explain({ text })).words ?? [];
    expect(weights).toHaveLength(250);
    expect(weights.map(({ word }) => word).join(' ')).toBe(text);
  });

  test('a photograph takes modest memory', async () => {
    const image = { data: new Uint8Array(1200 * 900 * 3).fill(90), width: 1200, height: 900 };
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = () => {
      most = Math.max(most, process.memoryUsage().rss);
    };
    const { regions } = await images.explain({ image }, { onProgress: watch });
    expect(regions?.flat().every(Number.isFinite)).toBe(true);
    // 3 MB each: the image, seven copies, and those of the row before until they are collected.
    expect(most - before).toBeLessThan(400_000_000);
  });

  test('what is no post is refused as predict does', async () => {
    for (const none of [
      null,
      undefined,
      5,
      'text',
      [{ text: 'x' }],
      { text: 5 },
      { image: 'photo.jpg' },
      { image: {} },
    ])
      await expect(whole.explain(none as never)).rejects.toThrow(DataError);
    await expect(whole.explain({})).rejects.toThrow('post 0: neither text nor image');
    await expect(whole.explain({ imagePath: 'absent.jpg' })).rejects.toThrow(/absent\.jpg: .*no image file/);
    await expect(whole.explain({ text: 'x' }, { batchsize: 3 } as never)).rejects.toThrow(OptionError);
  });

  test('ends with the reason of a signal', async () => {
    const reason = new Error('enough');
    await expect(whole.explain({ text: 'a b' }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
