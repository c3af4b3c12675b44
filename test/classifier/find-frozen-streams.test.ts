import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SentimentClassifier } from '../../src/classifier';
import type { LabelledPost } from '../../src/data';
import { DataError } from '../../src/errors';
import {
  frozenImageStream,
  frozenTextStream,
  imageExtractor,
  openStreams,
  textExtractor,
} from '../../src/models';
import { toyBert, toyCnn } from '../models/extractors/toy-models';
import { useBackend } from '../support/use-backend';
import { TINY } from './tiny-classifier';

useBackend('wasm');

/** Options without those of compact streams. */
const { imageSize: _, ...OPTIONS } = TINY;
/** The toy model knows 19 places. */
const SHORT = { maxLength: 16 };
const sentences = ['a sunny day', 'so happy', 'rain again', 'a day of rain', 'happy days again'];
const posts = Array.from({ length: 20 }, (_, at): LabelledPost => {
  const data = Uint8Array.from({ length: 24 * 24 * 3 }, (_, byte) => (byte * (at + 3)) % 251);
  return {
    id: String(at),
    label: at % 2 ? 'positive' : 'negative',
    text: `${sentences[at % 5]} ${'a '.repeat(at)}`,
    image: { data, width: 24, height: 24 },
  };
});
const asked = [posts[0], { text: 'so happy' }, { image: posts[3]?.image }, posts[5]] as LabelledPost[];

let folder = '';
let bert = '';
let cnn = '';
let saved = '';
let classifier: SentimentClassifier;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'frozen-'));
  [bert, cnn, saved] = [join(folder, 'bert'), join(folder, 'cnn'), join(folder, 'saved')];
  await toyBert(undefined, bert);
  await toyCnn(undefined, cnn);
  const streams = await openStreams({ ...SHORT, textModel: bert, imageModel: cnn });
  classifier = await SentimentClassifier.train(posts, { ...OPTIONS, ...streams });
  await classifier.save(saved);
});
afterAll(async () => {
  await classifier?.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('a classifier on frozen models', () => {
  test('is saved without them, and finds them again', async () => {
    const loaded = await SentimentClassifier.load(saved);
    const answers = await loaded.predict(asked);
    expect(answers).toEqual(await classifier.predict(asked));
    expect(answers.map((answer) => ('missing' in answer ? answer.missing : 'error'))).toEqual([
      [],
      ['image'],
      ['text'],
      [],
    ]);
    const card = await readFile(join(saved, 'README.md'), 'utf8');
    expect(card).toContain('by `textExtractor`');
    await loaded.dispose();
  });

  test('answers the same with a cache of features, full or empty', async () => {
    const cache = join(folder, 'cache');
    const expected = await classifier.predict(asked);
    for (let round = 0; round < 2; round++) {
      const { text, image } = await openStreams({ ...SHORT, textModel: bert, imageModel: cnn, cache });
      if (text === 'compact' || image === 'compact') return expect.unreachable();
      const loaded = await SentimentClassifier.load(saved, { text, image });
      expect(await loaded.predict(asked)).toEqual(expected);
      await loaded.dispose();
    }
  });

  test('trains the same with a cache of features', async () => {
    const streams = await openStreams({
      ...SHORT,
      textModel: bert,
      imageModel: cnn,
      cache: join(folder, 'other-cache'),
    });
    const again = await SentimentClassifier.train(posts, { ...OPTIONS, ...streams });
    expect(await again.predict(asked)).toEqual(await classifier.predict(asked));
    await again.dispose();
  });

  test('one half may be frozen and the other compact', async () => {
    const { text } = await openStreams({ ...SHORT, textModel: bert });
    const mixed = await SentimentClassifier.train(posts, { ...TINY, text });
    const place = join(folder, 'mixed');
    await mixed.save(place);
    const loaded = await SentimentClassifier.load(place);
    expect(await loaded.predict(asked)).toEqual(await mixed.predict(asked));
    await Promise.all([mixed.dispose(), loaded.dispose()]);
  });

  test('finds models beside it, by the relative folder that it knows', async () => {
    const place = join(folder, 'together');
    const name = 'models-of-the-frozen-test';
    await cp(bert, join(place, name, 'bert'), { recursive: true });
    await cp(cnn, join(place, name, 'cnn'), { recursive: true });
    const here = process.cwd();
    process.chdir(place);
    try {
      const streams = await openStreams({ ...SHORT, textModel: `${name}/bert`, imageModel: `./${name}/cnn` });
      const mine = await SentimentClassifier.train(posts, { ...OPTIONS, ...streams });
      await mine.save('.');
      process.chdir(here);
      const moved = join(folder, 'moved together');
      await cp(place, moved, { recursive: true });
      const loaded = await SentimentClassifier.load(moved);
      expect(await loaded.predict(asked)).toEqual(await mine.predict(asked));
      await Promise.all([mine.dispose(), loaded.dispose()]);
    } finally {
      process.chdir(here);
    }
  });
});

describe('is refused', () => {
  test('without a model, saying which, and how to give it', async () => {
    const away = join(folder, 'away');
    await cp(bert, away, { recursive: true });
    await rm(bert, { recursive: true });
    try {
      const loading = SentimentClassifier.load(saved);
      await expect(loading).rejects.toThrow(DataError);
      await expect(SentimentClassifier.load(saved)).rejects.toThrow(
        /expected the text model .*bert, which cannot be opened: .* Pass it: SentimentClassifier\.load\(directory, \{ text \}\)/s,
      );
      const { text } = await openStreams({ ...SHORT, textModel: away });
      const loaded = await SentimentClassifier.load(saved, { text: text as never });
      expect(await loaded.predict(asked)).toEqual(await classifier.predict(asked));
      await loaded.dispose();
    } finally {
      await cp(away, bert, { recursive: true });
    }
  });

  test('with another model in its place, naming the difference', async () => {
    const before = await readFile(join(cnn, 'onnx/model.onnx'));
    await toyCnn('cnn-mean.onnx', cnn);
    try {
      await expect(SentimentClassifier.load(saved)).rejects.toThrow(
        /expected the image model that the classifier was trained with, received another: extractor\.\S+: .* when it was trained, .* now/,
      );
    } finally {
      await writeFile(join(cnn, 'onnx/model.onnx'), before);
    }
  });

  test('with a given stream of other preprocessing', async () => {
    const text = frozenTextStream(await textExtractor(bert, SHORT), { tokens: 'pooled' });
    await expect(SentimentClassifier.load(saved, { text })).rejects.toThrow(
      /another: tokens: "?sequence"? when it was trained, "?pooled"? now/,
    );
    // What was given is not freed: it can be used on.
    expect((await text.prepare(['a day'], {})).problems).toEqual([null]);
    await text.dispose();
    const image = frozenImageStream(await imageExtractor(cnn), { dtype: 'float32' });
    await expect(SentimentClassifier.load(saved, { image })).rejects.toThrow(/dtype/);
    await image.dispose();
  });
});
