import { execFileSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { mapConcurrently } from '../../../src/concurrency';
import { type InspectImageOptions, inspectImage } from '../../../src/data/images/inspect-image';
import { readImage } from '../../../src/data/images/read-image';
import { DataError, OptionError } from '../../../src/errors';
import { createRandom } from '../../../src/random';
import { temporaryFolder } from '../mvsa/mini-mvsa';

/** Noise, so that every part of the file holds pixels. */
function noisy(width = 67, height = 43) {
  const { integer } = createRandom(width);
  const data = Uint8Array.from({ length: width * height * 3 }, () => integer(256));
  return sharp(data, { raw: { width, height, channels: 3 } });
}
const files: Record<string, Buffer> = {};
beforeAll(async () => {
  for (const format of ['jpeg', 'png', 'gif', 'webp', 'tiff', 'avif'] as const) {
    files[format] = await noisy().toFormat(format).toBuffer();
  }
});
const file = (format: string) => files[format] as Buffer;
const cut = (format: string, share: number) =>
  file(format).subarray(0, Math.floor(file(format).length * share));
/** A PNG whose header announces a size that its few bytes do not hold. */
function bomb(width: number, height: number) {
  const bytes = Buffer.from(file('png'));
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

describe('good images', () => {
  it.each(['jpeg', 'png', 'gif', 'webp', 'tiff', 'avif'])('%s', async (format) => {
    const expected = { format, width: 67, height: 43, bytes: file(format).length };
    expect(await inspectImage(file(format))).toEqual(expected);
    expect(await inspectImage(file(format), { decode: true })).toEqual(expected);
  });

  it('tells the type by content, not by name', async () => {
    const path = join(await temporaryFolder(), 'a.jpg');
    await writeFile(path, file('png'));
    expect(await inspectImage(path)).toMatchObject({ format: 'png', width: 67 });
  });

  it('passes over long segments and the thumbnail in them', async () => {
    const thumbnail = await noisy(16, 16).jpeg().toBuffer();
    const segment = Buffer.alloc(60_004);
    segment.writeUInt32BE(0xffe1ea62);
    thumbnail.copy(segment, 4);
    const bytes = Buffer.concat([file('jpeg').subarray(0, 2), segment, segment, file('jpeg').subarray(2)]);
    expect(await inspectImage(bytes)).toMatchObject({ format: 'jpeg', width: 67, height: 43 });
  });

  it('bears bytes behind the end marker', async () => {
    for (const format of ['jpeg', 'png', 'gif']) {
      for (const length of [3, 5000]) {
        const bytes = Buffer.concat([file(format), Buffer.alloc(length, 0xaa)]);
        expect(await inspectImage(bytes)).toMatchObject({ format, width: 67 });
      }
    }
  });
});

const options: InspectImageOptions = {};
const noise = createRandom(3);
const faults: [string, () => Uint8Array | string, InspectImageOptions, string, string][] = [
  ['no bytes', () => '', options, 'empty image file', 'empty'],
  ['words', () => 'no image', options, 'not an image', 'unknown'],
  [
    'random bytes',
    () => Uint8Array.from({ length: 9999 }, () => noise.integer(256)),
    options,
    'not an image',
    'unknown',
  ],
  ['a page', () => '<!DOCTYPE html><html></html>', options, 'not an image', 'html'],
  [
    'SVG',
    () => '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    options,
    'unsupported image format',
    'svg',
  ],
  ['HEIC', () => '\0\0\0\x18ftypheic\0\0\0\0mif1heic', options, 'unsupported image format', 'heic'],
  ['half a JPEG', () => cut('jpeg', 0.5), options, 'truncated image', 'jpeg'],
  ['a JPEG without its last byte', () => file('jpeg').subarray(0, -1), options, 'truncated image', 'jpeg'],
  ['half a PNG', () => cut('png', 0.5), options, 'truncated image', 'png'],
  ['half a WebP', () => cut('webp', 0.5), options, 'truncated image', 'webp'],
  ['half a GIF', () => cut('gif', 0.5), options, 'truncated image', 'gif'],
  ['half a TIFF', () => cut('tiff', 0.5), options, 'damaged image', 'tiff'],
  ['half an AVIF', () => cut('avif', 0.5), options, 'damaged image', 'avif'],
  ['the first bytes of a JPEG', () => file('jpeg').subarray(0, 20), options, 'damaged image', 'jpeg'],
  ['the first bytes of a PNG', () => file('png').subarray(0, 12), options, 'damaged image', 'png'],
  ['no pixels', () => bomb(0, 43), options, 'damaged image', 'png'],
  ['a bomb', () => bomb(200_000, 200_000), options, 'too many pixels', 'png'],
  ['a bomb of the largest size', () => bomb(0x7fffffff, 0x7fffffff), options, 'too many pixels', 'png'],
  ['over a limit of the caller', () => file('jpeg'), { maxPixels: 67 * 43 - 1 }, 'too many pixels', 'jpeg'],
  ['a changed byte in a PNG', () => flip('png', 0.5), { decode: true }, 'damaged image', 'png'],
  ['a JPEG that ends in its middle', () => endEarly('jpeg'), { decode: true }, 'damaged image', 'jpeg'],
];

function flip(format: string, share: number) {
  const bytes = Buffer.from(file(format));
  const at = Math.floor(bytes.length * share);
  bytes[at] = (bytes[at] as number) ^ 0x55;
  return bytes;
}

function endEarly(format: string) {
  const bytes = Buffer.from(file(format));
  bytes.writeUInt16BE(0xffd9, Math.floor(bytes.length / 2));
  return bytes;
}

describe('bad images', () => {
  it.each(faults)('%s', async (_, make, withOptions, problem, format) => {
    const made = make();
    const bytes = typeof made === 'string' ? Buffer.from(made, 'latin1') : made;
    const path = join(await temporaryFolder(), 'a.jpg');
    await writeFile(path, bytes);
    for (const source of [bytes, path]) {
      expect(await inspectImage(source, withOptions)).toEqual({ problem, format });
    }
    // What inspection refuses, decoding refuses.
    const { maxPixels } = withOptions;
    await expect(readImage(path, maxPixels === undefined ? {} : { maxPixels })).rejects.toThrow(DataError);
    await expect(readImage(path, maxPixels === undefined ? {} : { maxPixels })).rejects.toThrow(path);
  });

  it('any 300 changed files end in an answer', async () => {
    const { integer } = createRandom(9);
    for (let round = 0; round < 300; round++) {
      const format = ['jpeg', 'png', 'gif', 'webp', 'tiff'][round % 5] as string;
      const bytes = Buffer.from(file(format)).subarray(0, 1 + integer(file(format).length));
      for (let change = 0; change < 5; change++) bytes[integer(Math.min(bytes.length, 400))] = integer(256);
      const result = await inspectImage(bytes, { decode: true, maxPixels: 1e6 });
      if ('problem' in result) expect(result.problem).not.toBe('');
      else expect(result.width * result.height).toBeGreaterThan(0);
    }
  });

  it('a file that is missing, a folder, a pipe', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'folder.jpg'));
    execFileSync('mkfifo', [join(folder, 'pipe.jpg')]);
    const problemOf = async (name: string) => inspectImage(join(folder, name));
    expect(await problemOf('absent.jpg')).toEqual({ problem: 'no image file', format: 'unknown' });
    expect(await problemOf('absent/1.jpg')).toEqual({ problem: 'no image file', format: 'unknown' });
    expect(await problemOf('folder.jpg')).toEqual({ problem: 'not a file', format: 'unknown' });
    expect(await problemOf('pipe.jpg')).toEqual({ problem: 'not a file', format: 'unknown' });
    await expect(inspectImage('a\0b.jpg')).rejects.toThrow(DataError);
  });

  it('refuses a limit that is none', async () => {
    for (const maxPixels of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(inspectImage('x.jpg', { maxPixels })).rejects.toThrow(OptionError);
    }
  });
});

it('takes well under a millisecond a file, and reads a large file in parts', async () => {
  const folder = await temporaryFolder();
  // 64 MB of comments before the frame: read whole it would take tens of milliseconds.
  const comment = Buffer.alloc(65_537);
  comment.writeUInt32BE(0xfffeffff);
  const large = [file('jpeg').subarray(0, 2), ...new Array(976).fill(comment), file('jpeg').subarray(2)];
  await writeFile(join(folder, 'large.jpg'), Buffer.concat(large));
  const paths = Array.from({ length: 500 }, (_, index) => join(folder, `${index}.jpg`));
  for (const path of paths) await writeFile(path, file('jpeg'));
  await mapConcurrently(paths, 32, (path) => inspectImage(path));
  const start = performance.now();
  await mapConcurrently(paths, 32, (path) => inspectImage(path));
  expect((performance.now() - start) / paths.length).toBeLessThan(1);
  expect(await inspectImage(join(folder, 'large.jpg'))).toMatchObject({ width: 67, height: 43 });
});

const { MVSA_DIR } = process.env;
it.skipIf(MVSA_DIR === undefined)('every image of MVSA is a whole JPEG', async () => {
  const data = join(MVSA_DIR as string, 'data');
  const names = (await readdir(data)).filter((name) => name.endsWith('.jpg'));
  const found = await mapConcurrently(names, 32, (name) => inspectImage(join(data, name)));
  expect(found.filter((image) => 'problem' in image || image.format !== 'jpeg')).toEqual([]);
  expect(found.length).toBeGreaterThan(4000);
});
