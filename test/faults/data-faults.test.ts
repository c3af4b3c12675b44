/**
 * Bad inputs to the data layer, made to happen, and what each must lead to. One row each: what is wrong with a good
 * miniature data set, and the outcome: an error (in one line, of this library's own classes), or a skipped post with its reason.
 */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { dispose } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodeImage,
  mvsaBatches,
  type OpenMvsaOptions,
  openMvsa,
  readSplit,
  splitPairs,
  validatePairs,
  writeSplit,
} from '../../src/data';
import { MvsaFusionError, OptionError } from '../../src/errors';
import {
  accuracyScore,
  brierScoreLoss,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  rocAucScore,
} from '../../src/metrics';
import { writeMvsa } from '../data/mvsa/mini-mvsa';

const ROWS = 12;
const LABELS = ['positive', 'neutral', 'negative'] as const;
const rows = Array.from({ length: ROWS }, (_, id) => `${id}\t${LABELS[id % 3]},${LABELS[id % 3]}`);
const good = ['ID\ttext,image', ...rows, ''].join('\n');
const noise = Uint8Array.from({ length: 2700 }, (_, index) => (index * index * 31 + 7) % 251);
/** Of noise, so that most of the file is compressed data. */
const jpeg = await sharp(noise, { raw: { width: 30, height: 30, channels: 3 } })
  .jpeg()
  .toBuffer();
const files: Record<string, string | Uint8Array> = Object.fromEntries(
  rows.flatMap((_, id): [string, string | Uint8Array][] => [
    [`${id}.txt`, `post number ${id} \r\n`],
    [`${id}.jpg`, jpeg],
  ]),
);
const makeGood = () => writeMvsa(good, files);

/** Spoils a good data set; what it returns, or else the data set's folder, is opened. */
type Spoil = (directory: string) => Promise<unknown> | unknown;
const labelsFile = (contents: string | Uint8Array) => (directory: string) =>
  writeFile(join(directory, 'labelResultAll.txt'), contents);
const row3 = (row: string) => labelsFile(good.replace(rows[3] as string, row));
const file = (name: string, contents: string | Uint8Array) => (directory: string) =>
  writeFile(join(directory, 'data', name), contents);
const remove =
  (...path: string[]) =>
  (directory: string) =>
    rm(join(directory, ...path), { recursive: true });
const replaceByFolder = (name: string) => async (directory: string) => {
  await rm(join(directory, 'data', name));
  await mkdir(join(directory, 'data', name));
};

/** A PNG whose header promises 60,000 x 60,000 pixels: 14 GB once decoded. */
async function bomb(): Promise<Uint8Array> {
  const png = await sharp({ create: { width: 3, height: 3, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  return png;
}
const heic = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypheic'),
  Buffer.alloc(12),
  Buffer.alloc(200),
]);

describe('files that openMvsa refuses', () => {
  it.each<[input: string, spoil: Spoil, error: RegExp, options?: OpenMvsaOptions]>([
    ['no directory', (d) => join(d, 'absent'), /expected an MVSA directory .* where nothing is/],
    [
      'a file for a directory',
      (d) => join(d, 'labelResultAll.txt'),
      /expected an MVSA directory .* received a file/,
    ],
    ['no labels file', remove('labelResultAll.txt'), /without labelResultAll\.txt/],
    [
      'a folder for the labels file',
      async (d) => {
        await rm(join(d, 'labelResultAll.txt'));
        await mkdir(join(d, 'labelResultAll.txt'));
      },
      /without labelResultAll\.txt/,
    ],
    ['no folder of posts', remove('data'), /without the folder data/],
    ['an empty labels file', labelsFile(''), /:1: expected the header .* an empty file/],
    ['a labels file without posts', labelsFile('ID\ttext,image\n\n'), /:2: expected a row for each post/],
    [
      'a labels file in UTF-16',
      labelsFile(Buffer.from(`\uFEFF${good}`, 'utf16le')),
      /:1: expected the header/,
    ],
    ['a labels file of random bytes', labelsFile(noise), /:1: expected the header/],
    [
      'a labels file without header',
      labelsFile(good.slice(good.indexOf('\n') + 1)),
      /:1: expected the header/,
    ],
    [
      'the header of the other data set',
      labelsFile(good.replace('text,image', 'text,image\ttext,image\ttext,image')),
      /:2: expected 3 pair/,
    ],
    ['an extra column', row3('3\tneutral,neutral\tneutral,neutral'), /:5: expected 1 pair.* received 2/],
    ['a ragged row', row3('3\tneutral'), /:5: expected ID<TAB>TEXT_LABEL,IMAGE_LABEL/],
    ['a row with a zero byte', row3('3\tneutral,neu\0tral'), /:5: expected ID<TAB>/],
    ['an unknown label', row3('3\tneutral,mixed'), /:5: unknown label "mixed"/],
    ['an id twice', row3('2\tneutral,neutral'), /:5: id "2" stands on line 4 already/],
    ['a path for an id', row3('../../etc/passwd\tneutral,neutral'), /:5: expected ID<TAB>/],
    ['an absolute path for an id', row3('/etc/passwd\tneutral,neutral'), /:5: expected ID<TAB>/],
    [
      'more bad posts than allowed',
      remove('data', '3.txt'),
      /at most 1\.0% .* received 1 \(8\.3%\): 1 x no text file \(3\)\. Restore the files; in code/,
      { maxSkippedShare: 0.01 },
    ],
    [
      'a wrong encoding asked for',
      file('3.txt', Uint8Array.of(0x61, 0xa1, 0xad)),
      /1 x text is not valid utf-8 \(3\)/,
      { textEncoding: 'utf-8', maxSkippedShare: 0.01 },
    ],
  ])('%s', async (_input, spoil, error, options) => {
    const directory = await makeGood();
    const target = await spoil(directory);
    const opening = openMvsa(typeof target === 'string' ? target : directory, {
      maxSkippedShare: 1,
      ...options,
    });
    await expect(opening).rejects.toThrow(MvsaFusionError);
    await expect(opening).rejects.toThrow(error);
    await expect(opening).rejects.not.toThrow(/\n/);
  });
});

describe('calls in plain JavaScript', () => {
  it.each<[call: string, make: (directory: string) => Promise<unknown>, error: RegExp]>([
    ['no directory', () => openMvsa(undefined as never), /^directory: expected the path .* undefined/],
    ['an empty path', () => openMvsa(''), /^directory: expected the path .* received ""/],
    [
      "an option in Python's spelling",
      (d) => openMvsa(d, { label_rule: 'text' } as never),
      /openMvsa: .* received "label_rule"\. Did you mean labelRule\?/,
    ],
    [
      'an option that belongs to openMvsa alone',
      (d) => validatePairs(d, { maxSkippedShare: 1 } as never).next(),
      /validatePairs: .* received "maxSkippedShare"/,
    ],
    ['null for options', (d) => openMvsa(d, null as never), /openMvsa: .* received null/],
  ])('%s', async (_call, make, error) => {
    const calling = make(await makeGood());
    await expect(calling).rejects.toThrow(OptionError);
    await expect(calling).rejects.toThrow(error);
  });
});

describe('posts that openMvsa skips, with the reason', () => {
  it.each<[input: string, spoil: Spoil, reason: string, options?: OpenMvsaOptions]>([
    ['no text', remove('data', '3.txt'), 'no text file'],
    ['a text of 0 bytes', file('3.txt', ''), 'empty text file'],
    ['a folder for a text', replaceByFolder('3.txt'), 'text file not readable: EISDIR'],
    ['a text of 2 MiB', file('3.txt', 'x'.repeat(2 ** 21)), 'text file of 2097152 bytes'],
    [
      'a text that is valid in no encoding',
      file('3.txt', Uint8Array.of(0x61, 0xff, 0xff)),
      'text is not valid gb18030',
    ],
    ['no image', remove('data', '3.jpg'), 'no image file'],
    ['an image of 0 bytes', file('3.jpg', ''), 'empty image file'],
    ['a folder for an image', replaceByFolder('3.jpg'), 'not a file'],
    [
      'a dangling link for an image',
      async (d) => {
        await rm(join(d, 'data/3.jpg'));
        await symlink('nowhere', join(d, 'data/3.jpg'));
      },
      'no image file',
    ],
    ['half a JPEG', file('3.jpg', jpeg.subarray(0, jpeg.length >> 1)), 'truncated image (jpeg)'],
    [
      'a JPEG without its last bytes',
      file('3.jpg', jpeg.subarray(0, jpeg.length - 60)),
      'truncated image (jpeg)',
    ],
    [
      'an error page named .jpg',
      file('3.jpg', '<!DOCTYPE html>\n<html><body>404</body></html>'),
      'not an image (html)',
    ],
    [
      'an SVG named .jpg',
      file('3.jpg', '<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'unsupported image format (svg)',
    ],
    ['a HEIC named .jpg', file('3.jpg', heic), 'unsupported image format (heic)'],
    ['random bytes', file('3.jpg', noise), 'not an image'],
    ['a decompression bomb', async (d) => file('3.jpg', await bomb())(d), 'too many pixels (png)'],
  ])('%s', async (_input, spoil, reason, options) => {
    const directory = await makeGood();
    await spoil(directory);
    const dataset = await openMvsa(directory, { maxSkippedShare: 1, ...options });
    expect(dataset.skipped).toEqual([{ id: '3', reason }]);
    expect(dataset.pairs).toHaveLength(ROWS - 1);
  });

  it('flipped bytes in the middle of a JPEG, found when images are decoded', async () => {
    const directory = await makeGood();
    const flipped = Buffer.from(jpeg).fill(0xff, jpeg.length - 300, jpeg.length - 200);
    await file('3.jpg', flipped)(directory);
    const problems = [];
    for await (const { id, problem } of validatePairs(directory, { decodeImages: true })) {
      if (problem !== null) problems.push([id, problem]);
    }
    expect(problems).toEqual([['3', expect.stringMatching(/damaged|truncated/)]]);
  });
});

describe('split files and options that are refused', () => {
  const ids = (from: number, to: number) => rows.slice(from, to).map((row) => row.split('\t')[0]);
  const lists = { train: ids(0, 6), validation: ids(6, 9), test: ids(9, 12) };
  const json = (posts: readonly unknown[]) => JSON.stringify(posts);
  const posts = (codes: readonly number[]) =>
    lists.train.map((id) => ({ id: Number(id), emotion_label: codes[Number(id) % 3] }));

  it.each<[input: string, train: string, error: RegExp]>([
    ['an id that the data set lacks', '0\n1\n999', /train\.txt:3: .*"999"/],
    ['an id twice', '0\n1\n1', /train\.txt:3: id "1" stands in .*train\.txt:2 already/],
    ['an id in two parts', '0\n1\n7', /id "7" stands in .*train\.txt:3 already/],
    ['broken JSON', '[{"id": 0, "emotion_label": 0}, {"id": 1', /train\.txt/],
    ['JSON objects without an id', json([{ emotion_label: 0 }]), /train\.txt:1: .*id/],
    ['an unknown label code', json([{ id: 0, emotion_label: 7 }]), /train\.txt:1: .*7/],
    ['label codes in another order', json(posts([1, 0, 2])), /labels .* differ|differ.*labels/i],
  ])('%s', async (_input, train, error) => {
    const directory = await makeGood();
    await mkdir(join(directory, 'splits'));
    await writeFile(join(directory, 'splits/s.train.txt'), train);
    await writeFile(join(directory, 'splits/s.validation.txt'), lists.validation.join('\n'));
    const reading = readSplit(await openMvsa(directory), 's');
    await expect(reading).rejects.toThrow(MvsaFusionError);
    await expect(reading).rejects.toThrow(error);
  });

  it('a name that leads out of the folder', async () => {
    const dataset = await openMvsa(await makeGood());
    const split = splitPairs(dataset.pairs, { ratios: [0.5, 0.25, 0.25] });
    await expect(writeSplit(dataset.directory, '../../evil', split)).rejects.toThrow(MvsaFusionError);
    await expect(readSplit(dataset, '../../evil')).rejects.toThrow(MvsaFusionError);
  });

  it('a file where the folder of splits would be', async () => {
    const dataset = await openMvsa(await makeGood());
    await writeFile(join(dataset.directory, 'splits'), 'in the way');
    const split = splitPairs(dataset.pairs, { ratios: [0.5, 0.25, 0.25] });
    await expect(writeSplit(dataset.directory, 'mine', split)).rejects.toThrow(/Could not write|splits/);
  });

  it('a class that a part would lack', async () => {
    const { pairs } = await openMvsa(await makeGood());
    expect(() => splitPairs(pairs, { ratios: [0.9, 0.05, 0.05], groupDuplicates: false })).toThrow(
      MvsaFusionError,
    );
  });
});

describe('images and batches', () => {
  it.each<[input: string, bytes: () => Uint8Array | Promise<Uint8Array>, error: RegExp]>([
    ['no bytes', () => new Uint8Array(), /empty/],
    ['half a JPEG', () => jpeg.subarray(0, jpeg.length >> 1), /truncated|damaged|decoded/],
    ['a decompression bomb', bomb, /60000 x 60000|pixels/],
    ['a HEIC', () => heic, /heic/],
    ['random bytes', () => noise, /image/],
  ])('decodeImage refuses %s', async (_input, bytes, error) => {
    const decoding = decodeImage(await bytes(), { size: 32 });
    await expect(decoding).rejects.toThrow(MvsaFusionError);
    await expect(decoding).rejects.toThrow(error);
  });

  it('a picture that breaks after the data set was opened stops the batches, or is skipped', async () => {
    const directory = await makeGood();
    const { pairs } = await openMvsa(directory);
    await file('3.jpg', jpeg.subarray(0, 300))(directory);
    const tokenizer = { padTokenId: 0, encode: () => [1, 2, 3] };
    const read = async (unreadable: 'error' | 'skip') => {
      const ids: string[] = [];
      const options = { tokenizer, imageSize: 8, batchSize: 4, unreadable, onSkip: () => {} };
      for await (const { ids: read, texts, ...tensors } of mvsaBatches(pairs, options)) {
        ids.push(...read);
        dispose(tensors);
      }
      return ids;
    };
    await expect(read('error')).rejects.toThrow(/3\.jpg/);
    expect(await read('skip')).toEqual(pairs.map(({ id }) => id).filter((id) => id !== '3'));
  });
});

describe('metrics', () => {
  const rowsOf = (...values: number[][]) => values;
  it.each<[input: string, compute: () => unknown, error: RegExp]>([
    [
      'labels of different lengths',
      () => confusionMatrix([0, 1], [0]),
      /as many predictedLabels as trueLabels, received 1 and 2/,
    ],
    ['no labels', () => accuracyScore([], []), /at least one/],
    ['a label out of range', () => confusionMatrix([0, 3], [0, 1], { numClasses: 3 }), /3/],
    ['names against numbers', () => accuracyScore(['positive'], [0] as never), /positive|string|integer/],
    ['a fraction for a label', () => accuracyScore([0.5], [0]), /0\.5/],
    ['NaN probabilities', () => logLoss([0], rowsOf([Number.NaN, 1])), /NaN/],
    ['rows that do not sum to one', () => brierScoreLoss([0, 1], rowsOf([0.2, 0.2], [0.5, 0.5])), /sum/],
    ['ragged rows', () => rocAucScore([0, 1], rowsOf([0.5, 0.5], [1])), /1|length|columns/],
    [
      'a class that never occurs, for an AUC',
      () => rocAucScore([0, 1, 1], rowsOf([1, 0, 0], [0, 1, 0], [0, 1, 0])),
      /2/,
    ],
    ['a part out of [0, 1]', () => expectedCalibrationError([0], rowsOf([1.5, -0.5])), /1\.5|-0\.5/],
  ])('refuse %s', (_input, compute, error) => {
    expect(compute).toThrow(MvsaFusionError);
    expect(compute).toThrow(error);
  });
});
