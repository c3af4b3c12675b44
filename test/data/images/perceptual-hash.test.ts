import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  hammingDistance,
  NEAR_DUPLICATE_DISTANCE,
  perceptualHash,
} from '../../../src/data/images/perceptual-hash';
import { DataError, OptionError } from '../../../src/errors';
import { createRandom } from '../../../src/random';

/** A picture of random soft shapes. */
async function picture(seed: number): Promise<Buffer> {
  const { integer } = createRandom(seed);
  const data = Uint8Array.from({ length: 9 * 7 * 3 }, () => integer(256));
  return sharp(data, { raw: { width: 9, height: 7, channels: 3 } })
    .resize(450, 350, { kernel: 'cubic', fit: 'fill' })
    .png()
    .toBuffer();
}

describe('perceptualHash', () => {
  const copies: [string, (image: Sharp) => Sharp][] = [
    ['recompressed', (image) => image.jpeg({ quality: 30 })],
    ['half as large', (image) => image.resize(225, 175)],
    ['stretched', (image) => image.resize(224, 224, { fit: 'fill' }).webp()],
    ['without colour', (image) => image.greyscale()],
    ['brighter', (image) => image.linear(0.9, 20)],
    ['cut by 2%', (image) => image.extract({ left: 5, top: 4, width: 441, height: 343 })],
  ];
  it.each(copies)('stays near when an image is %s', async (_, change) => {
    const distances: number[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const original = await picture(seed);
      const copy = await change(sharp(original)).toBuffer();
      distances.push(hammingDistance(await perceptualHash(original), await perceptualHash(copy)));
    }
    // A copy in a hundred is beyond the threshold on real images.
    expect(distances.filter((distance) => distance <= NEAR_DUPLICATE_DISTANCE).length).toBeGreaterThanOrEqual(
      19,
    );
  });

  it('is far for other pictures, and for the mirrored one', async () => {
    const hashes: string[] = [];
    for (let seed = 0; seed < 60; seed++) hashes.push(await perceptualHash(await picture(seed)));
    for (const [index, hash] of hashes.entries()) {
      expect(hash).toMatch(/^[0-9a-f]{16}$/);
      for (const other of hashes.slice(0, index)) {
        expect(hammingDistance(hash, other)).toBeGreaterThan(NEAR_DUPLICATE_DISTANCE);
      }
    }
    const mirrored = await perceptualHash(
      await sharp(await picture(0))
        .flop()
        .toBuffer(),
    );
    expect(hammingDistance(hashes[0] as string, mirrored)).toBeGreaterThan(NEAR_DUPLICATE_DISTANCE);
  });

  it('sees what a viewer sees: upright and on white', async () => {
    const original = await picture(3);
    const turned = await sharp(original).rotate(270).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const distance = hammingDistance(await perceptualHash(original), await perceptualHash(turned));
    expect(distance).toBeLessThanOrEqual(NEAR_DUPLICATE_DISTANCE);
  });

  it('is one and the same for flat images', async () => {
    const flat = (background: string) =>
      sharp({ create: { width: 50, height: 40, channels: 3, background } })
        .png()
        .toBuffer();
    expect(await perceptualHash(await flat('#fff'))).toBe('8000000000000000');
    expect(await perceptualHash(await flat('#777'))).toBe('8000000000000000');
  });

  it('refuses what is no image', async () => {
    await expect(perceptualHash(Buffer.from('<html>'))).rejects.toThrow(DataError);
    await expect(perceptualHash((await picture(1)).subarray(0, 2000))).rejects.toThrow(DataError);
    await expect(perceptualHash('absent.jpg')).rejects.toThrow(/absent\.jpg/);
  });
});

describe('hammingDistance', () => {
  it('counts bits that differ', () => {
    expect(hammingDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
    expect(hammingDistance('8000000000000001', '0000000000000000')).toBe(2);
    expect(hammingDistance('deadbeef01234567', 'DEADBEEF01234567')).toBe(0);
    const { integer } = createRandom(2);
    const word = () => Array.from({ length: 16 }, () => integer(16).toString(16)).join('');
    for (let round = 0; round < 200; round++) {
      const [left, right] = [word(), word()];
      const bits = (BigInt(`0x${left}`) ^ BigInt(`0x${right}`)).toString(2).replaceAll('0', '').length;
      expect(hammingDistance(left, right)).toBe(bits);
    }
  });

  it('refuses what is no hash', () => {
    for (const bad of ['', '0x00000000000000', 'g000000000000000', '00000000000000000']) {
      expect(() => hammingDistance(bad, '0000000000000000')).toThrow(OptionError);
      expect(() => hammingDistance('0000000000000000', bad)).toThrow(OptionError);
    }
  });
});
