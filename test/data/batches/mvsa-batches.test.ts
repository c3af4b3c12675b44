import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test, vi } from 'vitest';
import { mvsaBatches } from '../../../src/data/batches/mvsa-batches';
import { imageNetTransform } from '../../../src/data/images/image-transform';
import { decodeImage } from '../../../src/data/images/read-image';
import { imageToFloat } from '../../../src/data/images/rgb-image';
import { DataError, OptionError } from '../../../src/errors';
import { useBackend } from '../../support/use-backend';
import { temporaryFolder } from '../mvsa/mini-mvsa';
import { idsOf, lengthTokenizer, sleep, take, tinyOptions, tinyPosts } from './tiny-posts';

useBackend('cpu');

describe('a batch', () => {
  test('holds ids, mask, image, label and texts of the same posts', async () => {
    const posts = tinyPosts(5).slice(1);
    const before = tf.memory().numTensors;
    const seen = [];
    for await (const batch of mvsaBatches(posts, { ...tinyOptions, batchSize: 2 })) {
      const { tokenIds, paddingMask, image, label, ids, texts } = batch;
      seen.push({ ids, texts: texts.map(({ raw }) => raw), label: Array.from(label.dataSync()) });
      expect([tokenIds.dtype, paddingMask.dtype, image.dtype, label.dtype]).toEqual([
        'int32',
        'float32',
        'float32',
        'int32',
      ]);
      expect([tokenIds.shape, image.shape, label.shape]).toEqual([[2, 6], [2, 2, 3, 3], [2]]);
      const pixels = image.arraySync();
      expect(ids).toEqual(pixels.map((rows) => String(rows[0]?.[0]?.[0])));
      if (ids[0] === '1') {
        expect(tokenIds.arraySync()).toEqual([
          [1, 12, 2, 7, 7, 7],
          [1, 12, 13, 2, 7, 7],
        ]);
        expect(paddingMask.arraySync()).toEqual([
          [1, 1, 1, 0, 0, 0],
          [1, 1, 1, 1, 0, 0],
        ]);
      }
      take(batch);
    }
    expect(seen).toEqual([
      { ids: ['1', '2'], texts: ['aa', 'aa bbb'], label: [1, 2] },
      { ids: ['3', '4'], texts: ['aa bbb cccc', ''], label: [0, 1] },
    ]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('holds the labels of text and image apart', async () => {
    const posts = tinyPosts(2).map((post) => ({
      ...post,
      textLabel: 'negative' as const,
      imageLabel: 'neutral' as const,
    }));
    for await (const batch of mvsaBatches(posts, tinyOptions)) {
      const { label, textLabel, imageLabel } = batch;
      expect([label, textLabel, imageLabel].map((labels) => labels.arraySync())).toEqual([
        [0, 1],
        [2, 2],
        [1, 1],
      ]);
      expect([textLabel.dtype, imageLabel.dtype]).toEqual(['int32', 'int32']);
      take(batch);
    }
  });

  test('is as wide as its longest text with dynamic padding, and at most maxLength', async () => {
    const widths = [];
    for await (const batch of mvsaBatches(tinyPosts(8), {
      ...tinyOptions,
      batchSize: 2,
      maxLength: 4,
      padding: 'dynamic',
    })) {
      widths.push(batch.tokenIds.shape[1], batch.paddingMask.shape[1]);
      take(batch);
    }
    // Texts of 0, 1, 2 and 3 words; three words are cut to two.
    expect(widths).toEqual([3, 3, 4, 4, 3, 3, 4, 4]);
  });

  test('of texts without ids has one column of padding', async () => {
    const empty = { padTokenId: 7, encode: () => [] };
    const posts = tinyPosts(2).map((post) => ({ ...post, text: '' }));
    for await (const batch of mvsaBatches(posts, {
      ...tinyOptions,
      tokenizer: empty,
      padding: 'dynamic',
    })) {
      expect(batch.tokenIds.arraySync()).toEqual([[7], [7]]);
      expect(batch.paddingMask.arraySync()).toEqual([[0], [0]]);
      take(batch);
    }
  });

  test('holds texts as its option says, the raw ones beside them', async () => {
    const [post] = tinyPosts(1);
    const raw = 'http://t.co/1 @anna';
    const textsFor = async (normalize: 'tweet' | 'article' | 'none' | undefined) => {
      const options = normalize === undefined ? tinyOptions : { ...tinyOptions, normalize };
      for await (const batch of mvsaBatches([{ ...(post as typeof post & object), text: raw }], options)) {
        take(batch);
        return batch.texts[0];
      }
      return null;
    };
    expect(await textsFor(undefined)).toEqual({ raw, text: 'http @user', isEmpty: false });
    expect(await textsFor('none')).toEqual({ raw, text: raw, isEmpty: false });
    expect(await textsFor('article')).toEqual({ raw, text: '', isEmpty: true });
  });
});

describe('epochs', () => {
  test('cover every post once, the last batch with what is left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 3 }),
        async (count, batchSize, shuffle, prefetch) => {
          const batches = mvsaBatches(tinyPosts(count), { ...tinyOptions, batchSize, shuffle, prefetch });
          const ids = await idsOf(batches);
          expect(ids).toHaveLength(batches.size);
          expect(ids.slice(0, -1).every(({ length }) => length === batchSize)).toBe(true);
          const sorted = ids.flat().sort((a, b) => Number(a) - Number(b));
          expect(sorted).toEqual(tinyPosts(count).map(({ id }) => id));
          if (!shuffle) expect(ids.flat()).toEqual(sorted);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('drop the remainder when asked', async () => {
    const batches = mvsaBatches(tinyPosts(8), { ...tinyOptions, dropRemainder: true });
    expect(batches.size).toBe(2);
    expect(await idsOf(batches)).toEqual([
      ['0', '1', '2'],
      ['3', '4', '5'],
    ]);
  });

  test('start anew, each in its own order, which seed and number repeat', async () => {
    const make = (seed: number) => mvsaBatches(tinyPosts(20), { ...tinyOptions, shuffle: true, seed });
    const batches = make(7);
    const [first, second, third] = [await idsOf(batches), await idsOf(batches), await idsOf(batches)];
    expect(second).not.toEqual(first);
    expect(third).not.toEqual(second);
    const again = make(7);
    expect(await idsOf(again.epoch(2))).toEqual(third);
    expect(await idsOf(again)).toEqual(first);
    expect(await idsOf(again.epoch(2))).toEqual(third);
    expect(await idsOf(again)).toEqual(second);
    expect(await idsOf(make(8))).not.toEqual(first);
  });

  test('may run side by side', async () => {
    const batches = mvsaBatches(tinyPosts(9), { ...tinyOptions, shuffle: true });
    const [a, b] = await Promise.all([idsOf(batches), idsOf(batches)]);
    expect(a).not.toEqual(b);
    expect([...a.flat()].sort()).toEqual([...b.flat()].sort());
  });

  test('leave the list of posts as it was', async () => {
    const posts = tinyPosts(9);
    await idsOf(mvsaBatches(posts, { ...tinyOptions, shuffle: true }));
    expect(posts).toEqual(tinyPosts(9));
  });
});

describe('reading', () => {
  test('goes on while the consumer works, and stops when it leaves', async () => {
    let [read, underWay] = [0, 0];
    const loadImage = async () => {
      read++;
      underWay++;
      await sleep(5);
      underWay--;
      return new Float32Array(18);
    };
    const before = tf.memory().numTensors;
    const batches = mvsaBatches(tinyPosts(30), { ...tinyOptions, loadImage, prefetch: 2 });
    expect(read).toBe(0);
    for await (const batch of batches) {
      take(batch);
      await sleep(60);
      // The one in hand and two ahead, of three posts each.
      expect(read).toBe(9);
      break;
    }
    expect(underWay).toBe(0);
    await sleep(30);
    expect(read).toBe(9);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('stops in the middle of a batch', async () => {
    let read = 0;
    const loadImage = async () => {
      read++;
      await sleep(10);
      return new Float32Array(18);
    };
    const batches = mvsaBatches(tinyPosts(100), {
      ...tinyOptions,
      loadImage,
      batchSize: 50,
      concurrency: 2,
      prefetch: 1,
    });
    for await (const batch of batches) {
      take(batch);
      await sleep(25);
      break;
    }
    expect(read).toBeGreaterThan(50);
    expect(read).toBeLessThan(70);
  });

  test('decodes no more images at once than it is told', async () => {
    let [underWay, most] = [0, 0];
    const loadImage = async () => {
      most = Math.max(most, ++underWay);
      await sleep(2);
      underWay--;
      return new Float32Array(18);
    };
    await idsOf(
      mvsaBatches(tinyPosts(20), { ...tinyOptions, loadImage, batchSize: 10, concurrency: 3, prefetch: 2 }),
    );
    expect(most).toBe(3);
  });
});

describe('image files', () => {
  const writePosts = async (count: number) => {
    const folder = await temporaryFolder();
    const posts = tinyPosts(count).map((post) => ({ ...post, imagePath: join(folder, post.imagePath) }));
    for (const [index, { imagePath }] of posts.entries()) {
      const background = { r: 40 * index, g: 200, b: 30 };
      await sharp({ create: { width: 31, height: 20 + index, channels: 3, background } })
        .jpeg()
        .toFile(imagePath);
    }
    return posts;
  };
  const { tokenizer } = tinyOptions;

  test('are decoded, resized and normalised', async () => {
    const posts = await writePosts(3);
    for await (const batch of mvsaBatches(posts, { tokenizer, imageSize: 16 })) {
      expect(batch.tokenIds.shape).toEqual([3, 64]);
      expect(batch.image.shape).toEqual([3, 16, 16, 3]);
      const expected = await Promise.all(
        posts.map(async ({ imagePath }) =>
          imageToFloat(await decodeImage(imagePath, { size: 16 }), imageNetTransform),
        ),
      );
      expect(Array.from(batch.image.dataSync())).toEqual(expected.flatMap((image) => Array.from(image)));
      take(batch);
    }
  });

  test('follow a transform of your own', async () => {
    const posts = await writePosts(1);
    const imageTransform = { resize: [4, 6], mean: [0, 0, 0], std: [1, 1, 1] } as const;
    for await (const batch of mvsaBatches(posts, { tokenizer, imageTransform })) {
      expect(batch.image.shape).toEqual([1, 4, 6, 3]);
      expect(Math.max(...batch.image.dataSync())).toBeCloseTo(200 / 255, 1);
      take(batch);
    }
  });

  test('default to 224 x 224 with the margin cut', async () => {
    for await (const batch of mvsaBatches(await writePosts(1), { tokenizer })) {
      expect(batch.image.shape).toEqual([1, 224, 224, 3]);
      take(batch);
    }
  });

  test('that are damaged are an error at their batch, which names the post', async () => {
    const posts = await writePosts(5);
    await writeFile(posts[3]?.imagePath as string, '<!doctype html><title>404</title>');
    const ids: string[] = [];
    const loop = async () => {
      for await (const batch of mvsaBatches(posts, { tokenizer, imageSize: 8, batchSize: 1, prefetch: 4 })) {
        ids.push(...take(batch));
        await sleep(5);
      }
    };
    await expect(loop()).rejects.toThrow(DataError);
    expect(ids).toEqual(['0', '1', '2']);
    await expect(idsOf(mvsaBatches(posts, { tokenizer, imageSize: 8 }))).rejects.toThrow(
      /^post 3: .*3\.jpg.*html/,
    );
  });

  test('that are damaged are skipped when asked, and told', async () => {
    const posts = await writePosts(5);
    await writeFile(posts[0]?.imagePath as string, '');
    await writeFile(posts[3]?.imagePath as string, 'no image');
    const onSkip = vi.fn();
    const options = { tokenizer, imageSize: 8, unreadable: 'skip', onSkip } as const;
    for await (const batch of mvsaBatches(posts, { ...options, batchSize: 5 })) {
      const red = batch.image.arraySync().map((rows) => rows[0]?.[0]?.[0] as number);
      expect(red[0]).toBeLessThan(red[1] as number);
      expect(red[1]).toBeLessThan(red[2] as number);
      expect(Array.from(batch.label.dataSync())).toEqual([1, 2, 1]);
      expect(batch.tokenIds.shape).toEqual([3, 64]);
      expect(take(batch)).toEqual(['1', '2', '4']);
    }
    expect(onSkip.mock.calls.map(([id]) => id).sort()).toEqual(['0', '3']);
    expect(onSkip.mock.calls[0]?.[1]).toMatch(/expected a JPEG/);
    // A batch of which nothing is left does not come.
    expect(await idsOf(mvsaBatches(posts, { ...options, batchSize: 1 }))).toEqual([['1'], ['2'], ['4']]);
  });

  test('other errors are never skipped', async () => {
    const loadImage = async () => {
      throw new TypeError('a bug');
    };
    const skipping = { unreadable: 'skip', onSkip: () => {} } as const;
    const batches = mvsaBatches(tinyPosts(2), { ...tinyOptions, loadImage, ...skipping });
    await expect(idsOf(batches)).rejects.toThrow(new TypeError('a bug'));
  });
});

describe('refuses', () => {
  const posts = tinyPosts(4);
  test.each([
    [{ maxLength: 0 }, /maxLength: expected a whole number of at least 1, received 0/],
    [{ batchSize: 1.5 }, /batchSize: .* received 1.5/],
    [{ prefetch: -1 }, /prefetch: expected a whole number of at least 0, received -1/],
    [{ concurrency: Number.NaN }, /concurrency: .* received NaN/],
    [{ seed: Number.NaN }, /seed: .* received NaN/],
    [{ padding: 'longest' }, /padding: expected one of fixed, dynamic, received "longest"/],
    [{ unreadable: 'ignore' }, /unreadable: expected one of error, skip/],
    [{ unreadable: 'skip' }, /onSkip: expected a function .* received undefined/],
    [{ batch_size: 3 }, /mvsaBatches: .* received "batch_size"\. Did you mean batchSize\?/],
    [{ normalize: 'tweets' }, /text preset: expected one of tweet, article, none/],
    [{ tokenizer: 'bert' }, /tokenizer: expected/],
    [{ imageSize: 8 }, /either imageSize or imageTransform/],
    [
      { imageTransform: { resize: 8, mean: [0, 0, 0], std: [1, 1, 1] } },
      /imageTransform: expected crop, or resize as/,
    ],
    [{ imageTransform: undefined, imageSize: 0 }, /resize: expected a whole number of pixels/],
    [{ batchSize: 5, dropRemainder: true }, /at least 5 posts, one batch, received 4/],
  ])('%o', (wrong, message) => {
    const make = () => mvsaBatches(posts, { ...tinyOptions, ...wrong } as never);
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });

  test('a data set in place of its posts, and no options', () => {
    expect(() => mvsaBatches({ pairs: posts } as never, tinyOptions)).toThrow(/a data set. Pass its pairs/);
    expect(() => mvsaBatches(posts, undefined as never)).toThrow(OptionError);
    expect(() => mvsaBatches(posts, undefined as never)).toThrow(/options \(tokenizer, .*received undefined/);
  });

  test('no posts', () => {
    expect(() => mvsaBatches([], tinyOptions)).toThrow(/at least one post, received 0/);
  });

  test('an epoch that is no number', () => {
    expect(() => mvsaBatches(posts, tinyOptions).epoch(-1)).toThrow(OptionError);
  });

  test('an image of another size', async () => {
    const loadImage = async () => new Float32Array(17);
    const reading = idsOf(mvsaBatches(posts, { ...tinyOptions, loadImage }));
    await expect(reading).rejects.toThrow('loadImage: expected 2 x 3 x 3 numbers, received 17 for post 0.');
  });

  test('a label that is none', async () => {
    const wrong = posts.map((post) => ({ ...post, label: 'happy' as never }));
    await expect(idsOf(mvsaBatches(wrong, tinyOptions))).rejects.toThrow(/post 0: expected label among/);
  });

  test('too many ids', async () => {
    const tokenizer = { ...lengthTokenizer, encode: () => [1, 2, 3, 4, 5, 6, 7] };
    await expect(idsOf(mvsaBatches(posts, { ...tinyOptions, tokenizer }))).rejects.toThrow(
      /at most 6 ids, received 7/,
    );
  });
});
