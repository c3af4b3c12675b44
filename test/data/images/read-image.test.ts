import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Color } from 'sharp';
import { describe, expect, it } from 'vitest';
import { imageNetTransform } from '../../../src/data/images/image-transform';
import { type DecodeImageOptions, decodeImage, readImage } from '../../../src/data/images/read-image';
import { DataError, OptionError } from '../../../src/errors';
import { temporaryFolder } from '../mvsa/mini-mvsa';

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

  it('follows an ImageTransform, and fits by hand', async () => {
    const bytes = await plain(60, 40, '#123456').png().toBuffer();
    expect(await decodeImage(bytes, imageNetTransform)).toHaveLength(224 * 224 * 3);
    expect(await decodeImage(bytes, { resize: [7, 11] })).toHaveLength(7 * 11 * 3);
    expect(await decodeImage(bytes, { resize: 10, crop: [8, 12], interpolation: 'bicubic' })).toHaveLength(
      8 * 12 * 3,
    );
    const { data, width, height } = await readImage(bytes);
    expect([width, height]).toEqual([60, 40]);
    expect([...data.subarray(0, 3)]).toEqual([0x12, 0x34, 0x56]);
  });

  it('leaves the caller’s bytes alone', async () => {
    const bytes = await plain(30, 20, '#123456').png().toBuffer();
    const copy = Buffer.from(bytes);
    await decodeImage(bytes, { size: 9 });
    expect(bytes.equals(copy)).toBe(true);
  });

  it('reads a file that changed anew', async () => {
    const file = join(await temporaryFolder(), 'image.png');
    for (const [colour, red] of [
      ['#ff0000', 255],
      ['#300000', 48],
    ] as const) {
      await writeFile(file, await plain(8, 8, colour).png().toBuffer());
      expect((await decodeImage(file, { size: 4 }))[0]).toBe(red);
    }
  });

  it('names the file that is damaged or missing, and its real type', async () => {
    const folder = await temporaryFolder();
    const whole = await plain(64, 64, '#123456')
      .composite([{ input: await plain(9, 9, '#fff').png().toBuffer() }])
      .jpeg()
      .toBuffer();
    const files: [string, Uint8Array | string, RegExp][] = [
      ['cut.jpg', whole.subarray(0, -4), /whole jpeg image, received one that is damaged or cut short/],
      ['words.jpg', 'no image', /not an image, content: unknown/],
      ['page.jpg', '<html></html>', /not an image, content: html/],
      [
        'drawing.jpg',
        '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>',
        /content: svg/,
      ],
      ['empty.jpg', '', /empty image file/],
    ];
    for (const [name, contents, message] of files) {
      await writeFile(join(folder, name), contents);
      const decoding = decodeImage(join(folder, name), { size: 8 });
      await expect(decoding).rejects.toThrow(DataError);
      await expect(decoding).rejects.toThrow(join(folder, name));
      await expect(decoding).rejects.toThrow(message);
    }
    await expect(decodeImage(join(folder, 'absent.jpg'), { size: 8 })).rejects.toThrow(
      /absent\.jpg.*no image file/,
    );
    await expect(decodeImage(Buffer.from('no image'), { size: 8 })).rejects.toThrow('a buffer of 8 bytes');
  });

  it('refuses an image of too many pixels', async () => {
    const image = await plain(300, 200, '#123456').png().toBuffer();
    await expect(decodeImage(image, { size: 8, maxPixels: 59_999 })).rejects.toThrow(
      /too many pixels.*59999/,
    );
    expect(await decodeImage(image, { size: 8, maxPixels: 60_000 })).toHaveLength(192);
  });

  it('refuses options that are none, before it reads', async () => {
    const refused: DecodeImageOptions[] = [
      ...[0, -1, 2.5, Number.NaN].map((size) => ({ size })),
      {},
      { resize: 10 },
      { size: 10, resize: 10 },
      { crop: 0 },
      { resize: [10, 10.5] },
      { resize: [10, 10, 10] as unknown as [number, number] },
      { crop: 20_000 },
      { size: 10, interpolation: 'nearest' as 'bilinear' },
      { size: 10, pillow: 11 as 12 },
      { size: 10, maxPixels: 0 },
    ];
    for (const options of refused) await expect(decodeImage('x.jpg', options)).rejects.toThrow(OptionError);
  });
});
