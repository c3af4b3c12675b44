import { expect, it } from 'vitest';
import { imageNetTransform, imageToFloat, imageToPlanes } from '../../../src/data';
import { ShapeError } from '../../../src/errors';

it('holds the numbers of imageToFloat, plane by plane', () => {
  const bytes = Uint8Array.from({ length: 3 * 7 * 5 }, (_, index) => (index * 31) % 256);
  const mixed = imageToFloat(bytes, imageNetTransform);
  const planes = imageToPlanes(bytes, imageNetTransform);
  for (let channel = 0; channel < 3; channel++) {
    const plane = Array.from(planes.subarray(channel * 35, (channel + 1) * 35));
    expect(plane).toEqual(Array.from(mixed).filter((_, index) => index % 3 === channel));
  }
});

it('refuses what is no image', () => {
  expect(() => imageToPlanes(new Uint8Array(4), imageNetTransform)).toThrow(ShapeError);
  expect(() => imageToPlanes(new Uint8Array(6), imageNetTransform, new Float32Array(5))).toThrow(ShapeError);
});
