import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ImageTransform,
  imageNetTransform,
  type ResizeOptions,
} from '../../../../src/data/images/image-transform';
import { resizeImage } from '../../../../src/data/images/resize/resize-image';
import { imageToFloat } from '../../../../src/data/images/rgb-image';
import { DataError, OptionError, ShapeError } from '../../../../src/errors';
import { createRandom } from '../../../../src/random';

function noise(width: number, height: number, seed = 1) {
  const { integer } = createRandom(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => integer(256)), width, height };
}
const side = fc.integer({ min: 1, max: 60 });
const interpolation = fc.constantFrom('bilinear', 'bicubic') satisfies fc.Arbitrary<string>;

describe('resizeImage', () => {
  it('computes of the crop what a crop of the whole gives', () => {
    fc.assert(
      fc.property(side, side, side, side, side, side, interpolation, (w, h, rw, rh, cw, ch, filter) => {
        const image = noise(w, h, w * h);
        const options = { resize: [rh, rw], interpolation: filter } as const;
        const whole = resizeImage(image, options);
        expect(resizeImage(image, { ...options, crop: [ch, cw] })).toEqual(
          resizeImage(whole, { crop: [ch, cw] }),
        );
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('keeps one flat colour', () => {
    fc.assert(
      fc.property(side, side, side, side, interpolation, (w, h, rw, rh, filter) => {
        const flat = { data: new Uint8Array(w * h * 3).fill(201), width: w, height: h };
        const { data } = resizeImage(flat, { resize: [rh, rw], interpolation: filter });
        expect(data).toEqual(new Uint8Array(rw * rh * 3).fill(201));
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  it('copies: the result shares no memory with the image', () => {
    const image = noise(7, 5);
    const same = resizeImage(image, { resize: [5, 7] });
    expect(same).toEqual(image);
    same.data.fill(0);
    expect(image).toEqual(noise(7, 5));
  });

  it('cuts the longer side down to whole pixels, as torchvision', () => {
    const sizeOf = (width: number, height: number, resize: number) => {
      const result = resizeImage(noise(width, height), { resize });
      return [result.width, result.height];
    };
    expect(sizeOf(7, 5, 3)).toEqual([4, 3]); // 4.2
    expect(sizeOf(5, 9, 3)).toEqual([3, 5]); // 5.4
    expect(sizeOf(5, 13, 4)).toEqual([4, 10]); // 10.4
    expect(sizeOf(6, 6, 11)).toEqual([11, 11]);
  });

  it('survives extreme shapes when a crop bounds them', () => {
    const line = noise(9000, 1);
    expect(resizeImage(line, { resize: 256, crop: 224 }).data).toHaveLength(224 * 224 * 3);
    expect(() => resizeImage(line, { resize: 4096 })).toThrow(DataError);
  });

  it('refuses what does not fit', () => {
    expect(() => resizeImage({ ...noise(3, 4), width: 4 }, { crop: 2 })).toThrow(ShapeError);
    expect(() => resizeImage({ data: new Uint8Array(0), width: 0, height: 0 }, { crop: 2 })).toThrow(
      ShapeError,
    );
    for (const options of [{ resize: 0 }, { crop: [1, -1] }, { interpolation: 'area' }] as ResizeOptions[]) {
      expect(() => resizeImage(noise(3, 4), options)).toThrow(OptionError);
    }
  });
});

describe('imageToFloat', () => {
  it('fills a row of a batch', () => {
    const batch = new Float32Array(12);
    const bytes = Uint8Array.of(0, 128, 255, 9, 9, 9);
    const row = imageToFloat(
      bytes,
      { mean: [0, 0, 0], std: [1, 1, 1] },
      {
        target: batch.subarray(6),
      },
    );
    expect(row.buffer).toBe(batch.buffer);
    expect([...batch.subarray(5, 9)]).toEqual([0, 0, Math.fround(128 / 255), 1]);
  });

  it('refuses what does not fit', () => {
    expect(() => imageToFloat(new Uint8Array(4), imageNetTransform)).toThrow(ShapeError);
    const target = new Float32Array(5);
    expect(() => imageToFloat(new Uint8Array(6), imageNetTransform, { target })).toThrow(ShapeError);
    for (const bad of [{ std: [1, 0, 1] }, { mean: [Number.NaN, 0, 0] }, { mean: [0, 0] }]) {
      const transform = { ...imageNetTransform, ...bad } as unknown as ImageTransform;
      expect(() => imageToFloat(new Uint8Array(6), transform)).toThrow(OptionError);
    }
  });
});
