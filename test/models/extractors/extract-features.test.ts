import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, type MvsaPair } from '../../../src/data';
import { OptionError } from '../../../src/errors';
import {
  type ExtractFeaturesOptions,
  extractFeatures,
} from '../../../src/models/extractors/extract-features';
import type { ImageExtractor, TextExtractor } from '../../../src/models/extractors/feature-extractor';
import { imageExtractor } from '../../../src/models/extractors/image-extractor';
import { textExtractor } from '../../../src/models/extractors/text-extractor';
import { temporaryFolder } from '../../data/mvsa/mini-mvsa';
import { maxDifference } from '../../support/max-difference';
import { useBackend } from '../../support/use-backend';
import { toyBert, toyCnn } from './toy-models';

useBackend('cpu');

let text: TextExtractor;
let image: ImageExtractor;
beforeAll(async () => {
  // One folder for hashes, away from the user's own.
  const cacheDir = await mkdtemp(join(tmpdir(), 'mvsa-fusion-'));
  text = await textExtractor(await toyBert('bert-encoder-17.onnx', join(cacheDir, 'bert')), {
    maxLength: 7,
    cacheDir,
  });
  image = await imageExtractor(await toyCnn('cnn-pool.onnx', join(cacheDir, 'cnn')), { cacheDir });
});
afterAll(async () => {
  await text.dispose();
  await image.dispose();
});

const TEXTS = ['so happy', 'a sunny day again', 'rain', '!', 'so happy', 'days'];

async function makePairs(folder: string): Promise<MvsaPair[]> {
  return Promise.all(
    TEXTS.map(async (words, at): Promise<MvsaPair> => {
      const imagePath = join(folder, `${at}.png`);
      const raw = Uint8Array.from({ length: 31 * 29 * 3 }, (_, index) => (index * (at + 7)) % 256);
      await writeFile(
        imagePath,
        await sharp(raw, { raw: { width: 31, height: 29, channels: 3 } })
          .png()
          .toBuffer(),
      );
      return {
        id: `p${at}`,
        text: words,
        imagePath,
        textLabel: 'positive',
        imageLabel: 'neutral',
        label: 'positive',
      };
    }),
  );
}

/** Extractors that count what they are asked to compute. */
function counted() {
  const runs = { texts: 0, images: 0 };
  const countedText: TextExtractor = {
    ...text,
    run(batch) {
      runs.texts += batch.length;
      return text.run(batch);
    },
  };
  const countedImage: ImageExtractor = {
    ...image,
    run(batch) {
      runs.images += batch.length;
      return image.run(batch);
    },
  };
  return { runs, options: { text: countedText, image: countedImage, normalize: 'none' as const } };
}

describe('extractFeatures', () => {
  it('gives what the models give, padded to the longest text of a batch', async () => {
    const folder = await temporaryFolder();
    const pairs = await makePairs(folder);
    const examples = await extractFeatures(pairs, {
      text,
      image,
      normalize: 'none',
      cache: join(folder, 'cache'),
      dtype: 'float32',
    });
    expect([examples.size, examples.unreadable]).toEqual([6, []]);
    expect([...examples.labels.label]).toEqual([0, 0, 0, 0, 0, 0]);
    const { tokens, paddingMask, regions } = (await examples.batch(
      [1, 2, 0],
      ['tokens', 'paddingMask', 'regions'],
    )) as Record<string, Tensor>;
    expect([tokens?.shape, paddingMask?.shape, regions?.shape]).toEqual([
      [3, 6, 14],
      [3, 6],
      [3, 25, 13],
    ]);
    expect(paddingMask?.arraySync()).toEqual([
      [1, 1, 1, 1, 1, 1],
      [1, 1, 1, 0, 0, 0],
      [1, 1, 1, 1, 0, 0],
    ]);
    const values = tokens?.dataSync() as Float32Array;
    for (const [row, at] of [1, 2, 0].entries()) {
      const [expected] = await text.run([text.tokenize(TEXTS[at] as string)]);
      const wanted = expected?.tokens as Float32Array;
      expect(maxDifference(values.slice(row * 84, row * 84 + wanted.length), wanted)).toBeLessThan(1e-6);
      expect(values.slice(row * 84 + wanted.length, (row + 1) * 84).every((value) => value === 0)).toBe(true);
    }
    const [expected] = await image.run([
      await decodeImage((pairs[2] as MvsaPair).imagePath, image.transform),
    ]);
    const map = (regions as Tensor).dataSync() as Float32Array;
    const wanted = expected?.regions as Float32Array;
    expect(maxDifference(map.slice(325, 650), wanted)).toBeLessThan(1e-5);
    await examples.close();
  });

  it('computes equal texts once, and nothing the second time', async () => {
    const folder = await temporaryFolder();
    const pairs = await makePairs(folder);
    const cache = join(folder, 'cache');
    const { runs, options } = counted();
    await (await extractFeatures(pairs, { ...options, cache })).close();
    expect(runs).toEqual({ texts: 5, images: 6 });
    const states: string[] = [];
    const again = await extractFeatures(pairs, {
      ...options,
      cache,
      onProgress: ({ stage }) => states.push(stage),
    });
    expect(runs).toEqual({ texts: 5, images: 6 });
    expect(states).toEqual([]);
    await again.close();
  });

  it.each<[string, Partial<ExtractFeaturesOptions>]>([
    ['text normalisation', { normalize: { case: 'lower' } }],
    ['number format', { dtype: 'float32' }],
    ['kept detail', { tokens: 'pooled', regions: 'pooled' }],
  ])('computes anew for another %s', async (_what, change) => {
    const folder = await temporaryFolder();
    const pairs = await makePairs(folder);
    const { runs, options } = counted();
    await (await extractFeatures(pairs, { ...options, cache: join(folder, 'cache') })).close();
    const before = runs.texts;
    await (await extractFeatures(pairs, { ...options, ...change, cache: join(folder, 'cache') })).close();
    expect(runs.texts).toBe(2 * before);
  });

  it('computes a changed image anew, whatever its name', async () => {
    const folder = await temporaryFolder();
    const pairs = await makePairs(folder);
    const { runs, options } = counted();
    await (await extractFeatures(pairs, { ...options, cache: join(folder, 'cache') })).close();
    await writeFile((pairs[0] as MvsaPair).imagePath, await readFile((pairs[1] as MvsaPair).imagePath));
    await (await extractFeatures(pairs, { ...options, cache: join(folder, 'cache') })).close();
    expect(runs.images).toBe(6);
    const raw = { create: { width: 40, height: 40, channels: 3, background: 'red' } } as const;
    await writeFile((pairs[0] as MvsaPair).imagePath, await sharp(raw).png().toBuffer());
    await (await extractFeatures(pairs, { ...options, cache: join(folder, 'cache') })).close();
    expect(runs.images).toBe(7);
  });

  it('keeps whole vectors alone where asked to', async () => {
    const folder = await temporaryFolder();
    const pairs = await makePairs(folder);
    const examples = await extractFeatures(pairs, {
      text,
      image,
      cache: join(folder, 'cache'),
      tokens: 'pooled',
      regions: 'pooled',
    });
    const batch = (await examples.batch([0, 1], ['tokens', 'paddingMask', 'regions'])) as Record<
      string,
      Tensor
    >;
    expect(Object.values(batch).map(({ shape }) => shape)).toEqual([
      [2, 1, 14],
      [2, 1],
      [2, 1, 13],
    ]);
    await examples.close();
  });

  it('leaves out a post whose image cannot be decoded, and says why', async () => {
    const folder = await temporaryFolder();
    const pairs = await makePairs(folder);
    await writeFile((pairs[1] as MvsaPair).imagePath, '<html>');
    await writeFile(
      (pairs[4] as MvsaPair).imagePath,
      (await readFile((pairs[3] as MvsaPair).imagePath)).subarray(0, 400),
    );
    const missing = { ...(pairs[2] as MvsaPair), imagePath: join(folder, 'absent.png') };
    const posts = [...pairs.slice(0, 2), missing, ...pairs.slice(3)];
    const options = { text, image, cache: join(folder, 'cache') };
    await expect(extractFeatures(posts, options)).rejects.toThrow(/3 of 6 .*\npost p1: .*html/);
    const examples = await extractFeatures(posts, { ...options, unreadable: 'skip' });
    expect(examples.posts.map(({ id }) => id)).toEqual(['p0', 'p3', 'p5']);
    expect(examples.unreadable.map(({ id }) => id)).toEqual(['p1', 'p2', 'p4']);
    expect(examples.unreadable[0]?.reason).toMatch(/1\.png: .*html/);
    await examples.close();
  });

  it('goes on after an interruption where it stopped', async () => {
    const folder = await temporaryFolder();
    const pairs = await makePairs(folder);
    const { runs, options } = counted();
    const controller = new AbortController();
    const stopped = extractFeatures(pairs, {
      ...options,
      cache: join(folder, 'cache'),
      imageBatchSize: 1,
      signal: controller.signal,
      onProgress: ({ stage, done }) => {
        if (stage === 'images' && done === 3) controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    const computed = runs.images;
    expect(computed).toBeLessThan(6);
    await (await extractFeatures(pairs, { ...options, cache: join(folder, 'cache') })).close();
    expect(runs).toEqual({ texts: 5, images: 6 });
  });

  it('mends damage in the cache when it is met', async () => {
    const folder = await temporaryFolder();
    const pairs = await makePairs(folder);
    const { runs, options } = counted();
    const cache = join(folder, 'cache');
    await (await extractFeatures(pairs, { ...options, cache })).close();
    const store = join(cache, (await readdir(cache)).find((name) => name.startsWith('text-')) as string);
    const shard = join(store, (await readdir(store)).find((name) => name.endsWith('.safetensors')) as string);
    const bytes = await readFile(shard);
    // Within the first text's tokens, behind the header.
    const start = Number(bytes.readBigUInt64LE(0)) + 8;
    for (let at = start; at < bytes.length; at++)
      if (bytes[at] !== 0) bytes[at] = (bytes[at] as number) ^ 0x10;
    await writeFile(shard, bytes);
    const damaged = await extractFeatures(pairs, { ...options, cache });
    const sound = await extractFeatures(pairs, { ...options, cache: join(folder, 'other') });
    const read = async (examples: typeof damaged) =>
      Array.from(((await examples.batch([0, 1], ['tokens'])) as { tokens: Tensor }).tokens.dataSync());
    const before = runs.texts;
    expect(await read(damaged)).toEqual(await read(sound));
    expect(runs.texts).toBe(before + 2);
    // Mended on disk: once more needs no model.
    expect(await read(damaged)).toEqual(await read(sound));
    expect(runs.texts).toBe(before + 2);
    await damaged.close();
    const later = await extractFeatures(pairs, { ...options, cache });
    expect(await read(later)).toEqual(await read(sound));
    expect(runs.texts).toBe(before + 2);
    await Promise.all([later.close(), sound.close()]);
  });

  it('never stores another image under the key of a damaged one', async () => {
    const folder = await temporaryFolder();
    const pairs = await makePairs(folder);
    const cache = join(folder, 'cache');
    await (await extractFeatures(pairs, { text, image, cache })).close();
    const store = join(cache, (await readdir(cache)).find((name) => name.startsWith('image-')) as string);
    const examples = await extractFeatures(pairs, { text, image, cache });
    for (const name of await readdir(store)) {
      if (!name.endsWith('.safetensors')) continue;
      const bytes = await readFile(join(store, name));
      const start = Number(bytes.readBigUInt64LE(0)) + 8;
      for (let at = start; at < bytes.length; at++)
        if (bytes[at] !== 0) bytes[at] = (bytes[at] as number) ^ 0x10;
      await writeFile(join(store, name), bytes);
    }
    await writeFile((pairs[0] as MvsaPair).imagePath, await readFile((pairs[1] as MvsaPair).imagePath));
    await expect(examples.batch([0], ['regions'])).rejects.toThrow(/0\.png: .* damaged/);
    await examples.batch([2], ['regions']);
    await examples.close();
  });

  it('needs a model and sane numbers', async () => {
    await expect(extractFeatures([], { cache: 'x' })).rejects.toThrow(OptionError);
    await expect(extractFeatures([], { text, cache: 'x', tokenBudget: 0 })).rejects.toThrow(/tokenBudget/);
    await expect(extractFeatures([], { image, cache: 'x', imageBatchSize: 1.5 })).rejects.toThrow(
      /imageBatchSize/,
    );
  });
});
