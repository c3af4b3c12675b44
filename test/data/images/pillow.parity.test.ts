import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { imageNetTransform } from '../../../src/data/images/image-transform';
import { inspectImage } from '../../../src/data/images/inspect-image';
import { readImage } from '../../../src/data/images/read-image';
import { resizeImage } from '../../../src/data/images/resize/resize-image';
import { imageToFloat } from '../../../src/data/images/rgb-image';
import fixture from '../../fixtures/images.json';

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const encoded = (name: string) => Buffer.from(fixture.images[name as 'png'].data, 'base64');

describe(`readImage equals Pillow ${fixture.versions.pillow}`, () => {
  it.each(Object.entries(fixture.images))('%s', async (name, { width, height, first, sha256: expected }) => {
    const image = await readImage(encoded(name));
    expect([image.width, image.height]).toEqual([width, height]);
    expect([...image.data.subarray(0, 6)]).toEqual(first);
    expect(image.data).toHaveLength(width * height * 3);
    expect(sha256(image.data)).toBe(expected);
  });

  it.each(Object.entries(fixture.images))('%s passes inspection', async (name, { width, height }) => {
    const bytes = encoded(name);
    const turned = /orientation [5-8]/.test(name);
    expect(await inspectImage(bytes, { decode: true })).toEqual({
      format: name.split(' ')[0],
      width: turned ? height : width,
      height: turned ? width : height,
      bytes: bytes.length,
    });
  });
});

describe(`resizeImage and imageToFloat equal torchvision ${fixture.versions.torchvision}`, () => {
  const named = fixture.cases.map((one) => ({
    ...one,
    title: `${one.image}: resize ${one.resize}, crop ${one.crop}, ${one.interpolation}, Pillow ${one.pillow}`,
  }));
  it.each(named)('$title', async ({ image, resize, crop, interpolation, pillow, ...expected }) => {
    const result = resizeImage(await readImage(encoded(image)), {
      ...(resize === null ? {} : { resize: resize as number | [number, number] }),
      ...(crop === null ? {} : { crop: crop as number | [number, number] }),
      interpolation: interpolation as 'bilinear',
      pillow: pillow as 12,
    });
    expect([result.width, result.height]).toEqual([expected.width, expected.height]);
    expect([...result.data.subarray(0, 6)]).toEqual(expected.first);
    expect(sha256(result.data)).toBe(expected.sha256);
    const numbers = imageToFloat(result.data, imageNetTransform);
    expect(sha256(new Uint8Array(numbers.buffer))).toBe(expected.floatSha256);
  });
});
