import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareTraining, SentimentClassifier } from '../../../src/classifier';
import type { LabelledPost, PostSource } from '../../../src/data';
import { fileSource, readImage } from '../../../src/data';
import { DataError, OptionError } from '../../../src/errors';
import { useBackend } from '../../support/use-backend';
import { samplePosts, TINY, trainOnWords, wordPosts } from '../tiny-classifier';

useBackend('wasm');

let sample: Awaited<ReturnType<typeof samplePosts>>;
let posts: readonly LabelledPost[] = [];
beforeAll(async () => {
  sample = await samplePosts(40);
  posts = sample.posts;
});
afterAll(() => sample.remove());

const labelsOf = (some: readonly LabelledPost[]) => some.map(({ label }) => label).sort();
const idsOf = ({ posts: some }: { readonly posts: readonly LabelledPost[] }) => some.map(({ id }) => id);
const textOnly = { ...TINY, fusion: 'text-only' } as const;

describe('held-out posts', () => {
  const many = wordPosts(['a', 'b'], 60);

  test('are 15%, of each class, by seed', async () => {
    const [one, other, third] = await Promise.all([
      prepareTraining(many, textOnly),
      prepareTraining(many, textOnly),
      prepareTraining(many, { ...textOnly, seed: 8 }),
    ]);
    expect(one.validation.size).toBe(18);
    expect(labelsOf(one.validation.posts)).toEqual([...Array(9).fill('a'), ...Array(9).fill('b')]);
    expect(idsOf(other.validation)).toEqual(idsOf(one.validation));
    expect(idsOf(third.validation)).not.toEqual(idsOf(one.validation));
    expect([...idsOf(one.train), ...idsOf(one.validation)].sort()).toEqual(many.map(({ id }) => id).sort());
    expect(one.validationFrom).toBe('held out');
  });

  test.each([1, 2, 3])('never part copies of a text (seed %i)', async (seed) => {
    const copies = many.map((post, at) => ({
      ...post,
      text: `the same words ${Math.floor(at / 4)} HTTP://a.b/${at}`,
    }));
    const { train, validation } = await prepareTraining(copies, { ...textOnly, seed });
    const groups = ({ posts: some }: typeof train) =>
      new Set(some.map(({ text }) => (text as string).split(' ')[3]));
    const [left, right] = [groups(train), groups(validation)];
    expect(right.size).toBeGreaterThan(1);
    expect([...right].filter((group) => left.has(group))).toEqual([]);
  });

  test('never part copies of an image, in files of other names, under one name, or in memory', async () => {
    const [first, second, third] = posts.map(({ imagePath }) => imagePath as string) as [
      string,
      string,
      string,
    ];
    const copy = join(sample.folder, 'copy.jpg');
    await copyFile(first, copy);
    const pixels = await readImage(third);
    const twins: readonly (readonly object[])[] = [
      [{ imagePath: first }, { imagePath: copy }],
      [{ imagePath: second }, { imagePath: second }],
      [{ image: pixels }, { image: { ...pixels, data: Uint8Array.from(pixels.data) } }],
    ];
    for (let seed = 0; seed < 6; seed++) {
      const some = twins.flatMap((pair, group) =>
        pair.map((image, at) => ({ ...image, id: `t${group}${at}`, label: at ? 'positive' : 'negative' })),
      );
      const { train, validation } = await prepareTraining(
        [...some, ...posts.slice(4, 20)] as LabelledPost[],
        { ...TINY, fusion: 'image-only', seed },
      );
      const groups = ({ posts: part }: typeof train) =>
        new Set(part.flatMap(({ id }) => (id.startsWith('t') ? [id[1]] : [])));
      const [left, right] = [groups(train), groups(validation)];
      expect([...right].filter((group) => left.has(group))).toEqual([]);
    }
  });

  test('need neither ids nor texts, and ids may repeat', async () => {
    const images = posts.map(({ imagePath, label }) => ({ imagePath, label })) as LabelledPost[];
    const without = await prepareTraining(images, TINY);
    expect(without.train.size + without.validation.size).toBe(images.length);
    const same = await prepareTraining(
      many.map((post) => ({ ...post, id: 'same' })),
      textOnly,
    );
    expect(same.validation.size).toBe(18);
    const some = await prepareTraining(
      many.map((post, at) => (at % 2 ? { ...post, id: undefined } : { ...post, id: '1' })) as never,
      textOnly,
    );
    expect(some.validation.size).toBe(18);
  });

  test.each([2, 3, 7, 10])('of %i posts there is one, or a clear error', async (count) => {
    const few = many.slice(0, count);
    const outcome = await trainOnWords(few).then(
      async (classifier) => {
        const answer = await classifier.predict({ text: 'sun' });
        await classifier.dispose();
        return Number.isFinite(answer.score);
      },
      (error: Error) => error,
    );
    if (count >= 7) expect(outcome).toBe(true);
    else {
      expect(outcome).toBeInstanceOf(OptionError);
      expect((outcome as Error).message).toMatch(
        /expected validation posts, received none of \d posts, copies of which stay together\. Give more/,
      );
    }
  });
});

describe('posts that cannot be used', () => {
  test('are named in one error, or left out and listed', async () => {
    const broken = { id: 'broken', label: 'positive', text: 'x', imagePath: 'absent.jpg' };
    const bad = [
      ...posts,
      broken,
      { id: 'empty', label: 'negative' },
      { id: 'typed', label: 'negative', text: 5 },
    ];
    await expect(SentimentClassifier.train(bad as LabelledPost[], TINY)).rejects.toThrow(DataError);
    const trained = await SentimentClassifier.train(bad as LabelledPost[], { ...TINY, unreadable: 'skip' });
    expect(trained.unreadable.map(({ id }) => id).sort()).toEqual(['broken', 'empty', 'typed']);
    const counts = Object.values({ ...trained.training.posts.train }).concat(
      Object.values(trained.training.posts.validation),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(posts.length);
    await trained.dispose();
  });

  test('what is no list, or no post, is told', async () => {
    for (const none of [null, {}, 'posts', { pairs: [] }])
      await expect(SentimentClassifier.train(none as never, TINY)).rejects.toThrow(
        /train: expected a list of posts/,
      );
    await expect(SentimentClassifier.train([], TINY)).rejects.toThrow(OptionError);
    await expect(SentimentClassifier.train([null, undefined, 5, ...posts] as never, TINY)).rejects.toThrow(
      /expected a post .*received null/,
    );
    await expect(SentimentClassifier.train(posts, { ...TINY, validation: [] })).rejects.toThrow(
      /validation posts, received none/,
    );
    await expect(
      SentimentClassifier.train(posts, { ...TINY, validation: posts[0] as never }),
    ).rejects.toThrow(OptionError);
  });

  test('a stream that is none is told apart from an extractor', async () => {
    await expect(prepareTraining(posts, { text: 'bert' as never })).rejects.toThrow(
      /text to be 'compact' or a stream, received bert/,
    );
    await expect(prepareTraining(posts, { image: { run: () => {}, dim: 3 } as never })).rejects.toThrow(
      /an extractor\. Wrap it: frozenImageStream\(extractor\)/,
    );
  });
});

describe('posts from a source', () => {
  test('are read by their names, and decoded by it', async () => {
    const names: string[] = [];
    const source: PostSource = {
      read: async (name) => {
        names.push(name);
        return fileSource.read(posts[Number(name)]?.imagePath as string);
      },
      decode: fileSource.decode,
    };
    const mine = posts.map((post, at) => ({ ...post, imagePath: String(at) }));
    const classifier = await SentimentClassifier.train(mine, { ...TINY, source });
    const files = await SentimentClassifier.train(posts, TINY);
    expect(new Set(names).size).toBe(posts.length);
    const [received, expected] = [await classifier.predict(mine), await files.predict(posts)];
    expect(received).toEqual(expected);
    await Promise.all([classifier.dispose(), files.dispose()]);
  });
});

describe('prepared posts', () => {
  test('give what the posts give, and serve several trainings', async () => {
    const prepared = await prepareTraining(posts, TINY);
    const [once, again, text] = [
      await SentimentClassifier.train(prepared, { ...TINY, imageSize: undefined } as never),
      await SentimentClassifier.train(posts, TINY),
      await SentimentClassifier.train(prepared, {
        ...TINY,
        imageSize: undefined,
        fusion: 'text-only',
      } as never),
    ];
    const asked = posts.slice(0, 4);
    expect(await once.predict(asked)).toEqual(await again.predict(asked));
    expect(await text.predict({ text: 'a' })).toMatchObject({ missing: [] });
    await Promise.all([once.dispose(), again.dispose(), text.dispose()]);
    await prepared.close();
  });

  test('refuse options that come too late, and a model that cannot use them', async () => {
    const half = [...posts, { id: 'half', label: 'positive', text: 'no picture' }];
    const prepared = await prepareTraining(half, TINY);
    await expect(SentimentClassifier.train(prepared, { classNames: ['a', 'b'] })).rejects.toThrow(
      /expected classNames to be given to prepareTraining/,
    );
    await expect(SentimentClassifier.train(prepared, { epochs: 1, modalityDropout: 0 })).rejects.toThrow(
      /expected modalityDropout above 0/,
    );
    const texts = await prepareTraining(posts, textOnly);
    await expect(SentimentClassifier.train(texts, { epochs: 1 })).rejects.toThrow(/reads an input 'image'/);
  });
});

describe('a signal', () => {
  test('that aborts before or while posts are read ends with its reason', async () => {
    const reason = new Error('enough');
    const train = (options: object) => SentimentClassifier.train(posts, { ...TINY, ...options });
    await expect(train({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    let done = 0;
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === 'train images' && ++done === 3) controller.abort(reason);
    };
    await expect(train({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(done).toBeLessThan(12);
  });

  test('that aborts while training gives the weights so far, uncalibrated', async () => {
    const controller = new AbortController();
    const callbacks = [{ onStepEnd: () => controller.abort() }];
    const stopped = await trainOnWords(wordPosts(['a', 'b'], 40), {
      epochs: 3,
      signal: controller.signal,
      callbacks,
    });
    expect(stopped.run?.stoppedBy).toBe('signal');
    expect(stopped.calibrations).toEqual({ full: null, text: null, image: null });
    expect(stopped.training.scores).toBeNull();
    const folder = join(sample.folder, 'stopped');
    await stopped.save(folder);
    const loaded = await SentimentClassifier.load(folder);
    expect(await loaded.predict({ text: 'sun' })).toEqual(await stopped.predict({ text: 'sun' }));
    await Promise.all([stopped.dispose(), loaded.dispose()]);
  });

  test('that aborts after training, while probabilities are calibrated, leaves them uncalibrated', async () => {
    const controller = new AbortController();
    const callbacks = [{ onTrainEnd: () => controller.abort() }];
    const stopped = await trainOnWords(wordPosts(['a', 'b'], 10), { signal: controller.signal, callbacks });
    expect(stopped.run?.stoppedBy).toBe('epochs');
    expect(stopped.calibrations.full).toBeNull();
    await stopped.dispose();
  });
});
