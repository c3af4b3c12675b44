import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type LabelledPost, type Post, type PostSource, prepareExamples } from '../../../src/data';
import { DataError, OptionError } from '../../../src/errors';
import {
  compactImageStream,
  compactTextStream,
  fitCompactText,
  frozenTextStream,
  type TextExtractor,
} from '../../../src/models';
import { useBackend } from '../../support/use-backend';

useBackend('wasm');

const text = compactTextStream(fitCompactText(['a sunny day', 'rain'], { maxTokens: 8 }), { dim: 8 });
const image = compactImageStream({ imageSize: 7, grid: 7, dim: 8 });
const grey = (shade: number) => ({ data: new Uint8Array(49 * 3).fill(shade), width: 7, height: 7 });

/** Posts whose text has as many words as their place says, and whose image is as grey. */
const posts = Array.from(
  { length: 12 },
  (_, at): LabelledPost => ({
    id: `p${at}`,
    label: ['positive', 'neutral', 'negative'][at % 3] as string,
    text: Array.from({ length: (at % 5) + 1 }, (_, word) => `w${at}x${word}`).join(' '),
    image: grey(at * 20),
  }),
);
/** The same without labels. */
const unlabelled = posts.map(({ label: _, ...post }): Post => post);
const NAMES = [...text.inputNames, ...image.inputNames];

let before = 0;
afterEach(() => expect(tf.memory().numTensors).toBe(before));
const values = (named: tf.NamedTensorMap) => {
  const plain = Object.fromEntries(Object.entries(named).map(([name, one]) => [name, one.arraySync()]));
  tf.dispose(named);
  return plain as Record<string, number[][]>;
};

describe('prepareExamples', () => {
  test('gives rows in the order asked, repeated and reversed ones too', async () => {
    before = tf.memory().numTensors;
    const examples = await prepareExamples(posts, { text, image });
    expect(examples.size).toBe(12);
    expect([...examples.labels.label]).toEqual(posts.map((_, at) => at % 3));
    const alone = await Promise.all(posts.map(async (_, at) => values(await examples.batch([at], NAMES))));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(11), { minLength: 1, maxLength: 9 }), async (indices) => {
        const batch = values(await examples.batch(indices, NAMES));
        expect(Object.keys(batch).sort()).toEqual([...NAMES].sort());
        const longest = Math.max(...indices.map((index) => (index % 5) + 1));
        for (const [row, index] of indices.entries()) {
          const one = alone[index] as (typeof alone)[number];
          expect(batch.image?.[row]).toEqual(one.image?.[0]);
          expect(batch.wideIds?.[row]).toEqual(one.wideIds?.[0]);
          expect(batch.wideWeights?.[row]).toEqual(one.wideWeights?.[0]);
          const real = (index % 5) + 1;
          expect(batch.paddingMask?.[row]).toEqual(
            Array.from({ length: longest }, (_, at) => (at < real ? 1 : 0)),
          );
          expect(batch.gramIds?.[row]?.slice(0, real)).toEqual(one.gramIds?.[0]);
          expect(
            batch.gramIds?.[row]
              ?.slice(real)
              .flat()
              .every((id) => id === 0),
          ).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
    await examples.close();
  });

  test('labels are optional, but not for some', async () => {
    before = tf.memory().numTensors;
    const examples = await prepareExamples(unlabelled, { text });
    expect(examples.labels).toBeUndefined();
    expect(values(await examples.batch([2], ['wideIds'])).wideIds).toHaveLength(1);
    await expect(prepareExamples([...unlabelled, posts[0] as Post], { text })).rejects.toThrow(
      /^post p0: expected a label, as other posts have one, received none/,
    );
    await expect(prepareExamples([{ id: 'x', text: 'a', label: 'joy' }], { text })).rejects.toThrow(
      /^post x: expected label among positive, neutral, negative, received "joy"/,
    );
    const joy = await prepareExamples([{ id: 'x', text: 'a', label: 'joy' }], {
      text,
      classNames: ['anger', 'joy'],
    });
    expect([...joy.labels.label]).toEqual([1]);
    expect((await prepareExamples([], { text })).size).toBe(0);
  });

  test('names the first five that cannot be used, with their reasons', async () => {
    before = tf.memory().numTensors;
    const bad = Array.from({ length: 7 }, (_, at) => ({ id: `bad${at}`, label: 'neutral' }));
    const error = await prepareExamples([...posts, ...bad], { text, image }).catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message.split('\n')).toEqual([
      'expected posts that can be used, received 7 of 19 that cannot:',
      ...[0, 1, 2, 3, 4].map((at) => `post bad${at}: no text`),
      '... and 2 more',
      "Mend them or leave them out; unreadable: 'skip' goes on without them and lists them.",
    ]);
  });

  test('leaves them out, and lists each with its place', async () => {
    before = tf.memory().numTensors;
    const mixed = [
      null,
      posts[1],
      { text: 'no picture', label: 'neutral' },
      posts[3],
      { id: 8, text: 8 },
    ] as LabelledPost[];
    const examples = await prepareExamples(mixed, { text, image, unreadable: 'skip' });
    expect(examples.unreadable).toMatchObject([
      { id: '0', place: 0, reason: expect.stringContaining('received null') },
      { id: '2', place: 2, reason: 'no image' },
      { id: '8', place: 4, reason: expect.stringContaining('expected text to be a string') },
    ]);
    expect(examples.posts).toEqual([posts[1], posts[3]]);
    expect([...examples.labels.label]).toEqual([1, 0]);
    const all = await prepareExamples(posts, { text, image });
    expect(values(await examples.batch([1, 0], NAMES))).toEqual(values(await all.batch([3, 1], NAMES)));
  });

  test('keeps halves, and says which are there', async () => {
    before = tf.memory().numTensors;
    const halves = [posts[0], { text: 'a b' }, { image: grey(9) }, { text: ' ' }].map((post) => ({
      ...post,
      label: 'neutral',
    }));
    const examples = await prepareExamples(halves as LabelledPost[], {
      text,
      image,
      missing: 'keep',
      unreadable: 'skip',
    });
    expect(examples.unreadable).toEqual([{ id: '3', place: 3, reason: 'neither text nor image' }]);
    const batch = values(
      await examples.batch([2, 1, 0], ['textPresent', 'imagePresent', 'paddingMask', 'image']),
    );
    expect(batch.textPresent).toEqual([[0], [1], [1]]);
    expect(batch.imagePresent).toEqual([[1], [0], [1]]);
    expect(batch.paddingMask).toEqual([
      [0, 0],
      [1, 1],
      [1, 0],
    ]);
    expect(batch.image?.[1]?.flat(2).every((value) => value === 0)).toBe(true);
  });

  test('frozen texts and compact images stand in one batch', async () => {
    const extractor = {
      dim: 3,
      config: { model: 'made up' },
      tokenize: (words: string) => words.split(' ').map((word) => word.length),
      run: async (batches: readonly (readonly number[])[]) =>
        batches.map((ids) => ({
          tokens: Float32Array.from(ids.flatMap((id) => [id, 0, 1])),
          pooled: Float32Array.of(ids.length, 0, 1),
        })),
      dispose: async () => {},
    } as unknown as TextExtractor;
    before = tf.memory().numTensors;
    const examples = await prepareExamples(posts, { text: frozenTextStream(extractor), image });
    const batch = values(await examples.batch([5, 1], ['tokens', 'paddingMask', 'image']));
    expect(batch.tokens).toEqual([
      [
        [4, 0, 1],
        [0, 0, 0],
      ],
      [
        [4, 0, 1],
        [4, 0, 1],
      ],
    ]);
    expect(batch.paddingMask).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(batch.image?.[0]).not.toEqual(batch.image?.[1]);
    await examples.close();
  });

  test('a source that fails in earnest ends the whole, and a signal stops it', async () => {
    before = tf.memory().numTensors;
    const paths = posts.map(({ image: _, ...post }, at) => ({ ...post, imagePath: String(at) }));
    const source: PostSource = {
      read: async (name) => {
        if (name === '3') throw new DataError('3: gone');
        return Uint8Array.of(Number(name));
      },
      decode: async ([shade]) => grey(shade as number),
    };
    const skipped = await prepareExamples(paths, { text, image, source, unreadable: 'skip' });
    expect(skipped.unreadable).toEqual([{ id: 'p3', place: 3, reason: '3: gone' }]);
    const failing = { ...source, decode: () => Promise.reject(new TypeError('a fault of the decoder')) };
    await expect(prepareExamples(paths, { image, source: failing, unreadable: 'skip' })).rejects.toThrow(
      TypeError,
    );
    const reason = new Error('enough');
    await expect(prepareExamples(paths, { image, source, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  test('refuses what is no list, and a lack of streams', async () => {
    before = tf.memory().numTensors;
    await expect(prepareExamples({ pairs: posts } as never, { text })).rejects.toThrow(/Pass its pairs/);
    await expect(prepareExamples(posts, {})).rejects.toThrow(OptionError);
    await expect(prepareExamples(posts, { text, missing: 'drop' as never })).rejects.toThrow(OptionError);
  });
});
