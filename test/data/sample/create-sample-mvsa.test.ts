import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createSampleMvsa, decodeImage, openMvsa } from '../../../src/data';
import { faceSvg } from '../../../src/data/sample/face-svg';
import { writeSentence } from '../../../src/data/sample/write-sentence';
import { DataError, OptionError } from '../../../src/errors';
import { createRandom } from '../../../src/random';
import { SENTIMENT_LABELS } from '../../../src/types';
import { temporaryFolder } from '../mvsa/mini-mvsa';

/** Every file under a folder, with its bytes in hexadecimal. */
async function contents(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    await Promise.all(
      files.map(
        async ({ name, parentPath }) => [name, await readFile(join(parentPath, name), 'hex')] as const,
      ),
    ),
  );
}

describe('createSampleMvsa', () => {
  it('writes a data set that openMvsa reads and images that decode', async () => {
    const directory = join(await temporaryFolder(), 'new');
    const progress: [number, number | null][] = [];
    await createSampleMvsa(directory, {
      pairs: 40,
      seed: 2,
      onProgress: ({ done, total }) => progress.push([done, total]),
    });
    expect(progress.at(-1)).toEqual([40, 40]);
    expect(progress).toHaveLength(40);

    const dataset = await openMvsa(directory);
    expect(dataset.summary()).toMatchObject({ total: 40, skipped: 0, encoding: 'utf-8' });
    expect((await readdir(directory)).sort()).toEqual(['data', 'labelResultAll.txt', 'sample.json']);
    for (const { imagePath, text } of dataset.pairs) {
      const { format, width, height } = await sharp(imagePath).metadata();
      expect(format).toBe('jpeg');
      for (const side of [width, height]) expect(side >= 90 && side <= 160).toBe(true);
      expect(await decodeImage(imagePath, { size: 56 })).toHaveLength(56 * 56 * 3);
      expect(text).not.toBe('');
    }
  });

  it('repeats byte for byte for a seed, and a larger sample begins with the smaller', async () => {
    const folder = await temporaryFolder();
    await createSampleMvsa(join(folder, 'a'), { pairs: 9, seed: 5 });
    await createSampleMvsa(join(folder, 'b'), { pairs: 9, seed: 5 });
    await createSampleMvsa(join(folder, 'c'), { pairs: 9, seed: 6 });
    await createSampleMvsa(join(folder, 'd'), { pairs: 12, seed: 5 });
    const [a, b, c, d] = await Promise.all(['a', 'b', 'c', 'd'].map((name) => contents(join(folder, name))));
    expect(b).toEqual(a);
    for (let id = 1; id <= 9; id++) {
      expect(c?.[`${id}.jpg`]).not.toBe(a?.[`${id}.jpg`]);
      expect(d?.[`${id}.jpg`]).toBe(a?.[`${id}.jpg`]);
      expect(d?.[`${id}.txt`]).toBe(a?.[`${id}.txt`]);
    }
  });

  it('leaves a finished sample alone and writes an unfinished one again', async () => {
    const directory = await temporaryFolder();
    await createSampleMvsa(directory, { pairs: 5, seed: 1 });
    const before = await contents(directory);
    const { mtimeMs } = await stat(join(directory, 'data', '1.jpg'));
    await createSampleMvsa(directory, { pairs: 5, seed: 1 });
    expect((await stat(join(directory, 'data', '1.jpg'))).mtimeMs).toBe(mtimeMs);

    await rename(join(directory, 'sample.json'), join(directory, 'sample.unfinished.json'));
    await rm(join(directory, 'labelResultAll.txt'));
    await writeFile(join(directory, 'data', '3.jpg'), 'half');
    await createSampleMvsa(directory, { pairs: 5, seed: 1 });
    expect(await contents(directory)).toEqual(before);
  });

  it('never writes over anything else', async () => {
    const directory = await temporaryFolder();
    await createSampleMvsa(directory, { pairs: 3 });
    await expect(createSampleMvsa(directory, { pairs: 4 })).rejects.toThrow(
      /received .*"pairs":3.* Choose another directory/,
    );
    await expect(createSampleMvsa(directory, { pairs: 3, seed: 1 })).rejects.toThrow(DataError);

    const real = await temporaryFolder();
    await mkdir(join(real, 'data'));
    await writeFile(join(real, 'labelResultAll.txt'), 'precious');
    await expect(createSampleMvsa(real, { pairs: 3 })).rejects.toThrow('received other files');
    expect(await readFile(join(real, 'labelResultAll.txt'), 'utf8')).toBe('precious');
    await expect(createSampleMvsa(join(real, 'labelResultAll.txt'), { pairs: 3 })).rejects.toThrow(DataError);
  });

  it('refuses a number of pairs that is none', async () => {
    for (const pairs of [0, -2, 1.5, Number.NaN]) {
      await expect(createSampleMvsa('never', { pairs })).rejects.toThrow(OptionError);
    }
  });
});

describe('faceSvg', () => {
  it('changes the mouth alone with the sentiment', () => {
    const [smile, straight, frown] = SENTIMENT_LABELS.map((label) =>
      faceSvg(label, createRandom(4)).split('<path'),
    );
    expect(smile?.slice(0, -1)).toEqual(frown?.slice(0, -1));
    expect(smile?.slice(0, -1)).toEqual(straight?.slice(0, -1));
    expect(new Set([smile?.at(-1), straight?.at(-1), frown?.at(-1)]).size).toBe(3);
  });
});

describe('writeSentence', () => {
  it('tells the classes by wording alone, through words that come again', () => {
    const random = createRandom(8);
    const texts = SENTIMENT_LABELS.map((label) =>
      Array.from({ length: 500 }, () => writeSentence(label, random)),
    );
    const has = (text: string, list: RegExp) => list.test(text.toLowerCase());
    const good = /wonderful|happy|loved|smile/;
    const bad = /terrible|sad\b|hated|\bcry/;
    const [positive, neutral, negative] = texts as [string[], string[], string[]];
    expect(positive.some((text) => has(text, bad))).toBe(false);
    expect(negative.some((text) => has(text, good))).toBe(false);
    expect(neutral.filter((text) => has(text, good)).length).toBeGreaterThan(20);
    expect(neutral.filter((text) => has(text, bad)).length).toBeGreaterThan(20);
    expect(new Set(texts.flat()).size).toBeGreaterThan(1350);
  });
});
