import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Color } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/data';
import { DataError, OptionError } from '../../src/errors';
import { temporaryFolder } from './mini-mvsa';

const plain = (width: number, height: number, background: Color) =>
  sharp({ create: { width, height, channels: typeof background === 'string' ? 3 : 4, background } });
const pixel = (pixels: Uint8Array, size: number, x: number, y: number) => [
  ...pixels.slice((y * size + x) * 3, (y * size + x) * 3 + 3),
];

describe('decodeImage', () => {
  it('gives size x size RGB bytes from a path or a buffer', async () => {
    const file = join(await temporaryFolder(), 'image.png');
    const buffer = await plain(31, 17, '#0a64c8').png().toBuffer();
    await writeFile(file, buffer);
    const pixels = await decodeImage(file, { size: 11 });
    expect(pixels.constructor).toBe(Uint8Array);
    expect(pixels).toHaveLength(11 * 11 * 3);
    expect(pixel(pixels, 11, 5, 5)).toEqual([10, 100, 200]);
    expect(await decodeImage(buffer, { size: 11 })).toEqual(pixels);
  });

  it('crops the centre: the sides of a wide image are cut', async () => {
    const side = await plain(20, 20, '#f00').png().toBuffer();
    const wide = plain(60, 20, '#00f').composite([
      { input: side, left: 0, top: 0 },
      { input: side, left: 40, top: 0 },
    ]);
    const pixels = await decodeImage(await wide.png().toBuffer(), { size: 20 });
    expect(pixel(pixels, 20, 1, 10)).toEqual([0, 0, 255]);
    expect(pixel(pixels, 20, 18, 10)).toEqual([0, 0, 255]);
  });

  it('turns the image upright', async () => {
    const half = await plain(20, 10, '#f00').png().toBuffer();
    // Red above blue as stored; orientation 6 says "turn clockwise", which brings the red to the right.
    const turned = await plain(20, 20, '#00f')
      .composite([{ input: half, left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const pixels = await decodeImage(turned, { size: 20 });
    expect(pixel(pixels, 20, 17, 10)).toEqual([255, 0, 0]);
    expect(pixel(pixels, 20, 2, 10)).toEqual([0, 0, 255]);
  });

  it('lays transparency on white', async () => {
    const clear = await plain(9, 9, { r: 255, g: 0, b: 0, alpha: 0 }).png().toBuffer();
    expect(pixel(await decodeImage(clear, { size: 4 }), 4, 1, 1)).toEqual([255, 255, 255]);
    const half = await plain(9, 9, { r: 255, g: 0, b: 0, alpha: 0.5 }).png().toBuffer();
    const [red, green] = pixel(await decodeImage(half, { size: 4 }), 4, 1, 1) as [number, number];
    expect(red).toBe(255);
    expect(Math.abs(green - 127)).toBeLessThan(3);
  });

  it('makes three channels of grey, 16 bit and CMYK', async () => {
    const grey = () => plain(9, 9, '#808080');
    for (const image of [
      grey().toColourspace('b-w').jpeg(),
      grey().toColourspace('b-w').png(),
      grey().toColourspace('grey16').png(),
      grey().toColourspace('rgb16').png(),
      grey().toColourspace('cmyk').jpeg(),
    ]) {
      const pixels = await decodeImage(await image.toBuffer(), { size: 5 });
      expect(pixels).toHaveLength(75);
      // CMYK comes back through a colour profile, which is not exact.
      for (const value of pixels) expect(Math.abs(value - 128)).toBeLessThan(16);
    }
  });

  it('names the file that is damaged or missing', async () => {
    const folder = await temporaryFolder();
    const noise = await plain(64, 64, '#123456')
      .composite([{ input: Buffer.from('<svg width="64" height="64"><circle r="40"/></svg>') }])
      .jpeg()
      .toBuffer();
    const files = {
      'cut.jpg': noise.subarray(0, noise.length / 2),
      'words.jpg': 'no image',
      'empty.jpg': '',
    };
    for (const [name, contents] of Object.entries(files)) {
      await writeFile(join(folder, name), contents);
      const decoding = decodeImage(join(folder, name), { size: 8 });
      await expect(decoding).rejects.toThrow(DataError);
      await expect(decoding).rejects.toThrow(join(folder, name));
    }
    await expect(decodeImage(join(folder, 'absent.jpg'), { size: 8 })).rejects.toThrow(/absent\.jpg/);
    await expect(decodeImage(Buffer.from('no image'), { size: 8 })).rejects.toThrow('a buffer of 8 bytes');
  });

  it('refuses an image of too many pixels', async () => {
    const bomb = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>');
    await expect(decodeImage(bomb, { size: 8 })).rejects.toThrow(DataError);
  });

  it('refuses a size that is none', async () => {
    for (const size of [0, -1, 2.5, Number.NaN]) {
      await expect(decodeImage('x.jpg', { size })).rejects.toThrow(OptionError);
    }
  });
});
