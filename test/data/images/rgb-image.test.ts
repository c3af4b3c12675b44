import { expect, it } from 'vitest';
import { imageNetTransform, imageToFloat } from '../../../src/data';
import { ShapeError } from '../../../src/errors';

it('gives the same numbers plane by plane', () => {
  const bytes = Uint8Array.from({ length: 3 * 7 * 5 }, (_, index) => (index * 31) % 256);
  const mixed = imageToFloat(bytes, imageNetTransform);
  const planes = imageToFloat(bytes, imageNetTransform, { layout: 'channelsFirst' });
  for (let channel = 0; channel < 3; channel++) {
    const plane = Array.from(planes.subarray(channel * 35, (channel + 1) * 35));
    expect(plane).toEqual(Array.from(mixed).filter((_, index) => index % 3 === channel));
  }
});

it('refuses what is no image', () => {
  const layout = 'channelsFirst';
  const target = new Float32Array(5);
  expect(() => imageToFloat(new Uint8Array(4), imageNetTransform, { layout })).toThrow(ShapeError);
  expect(() => imageToFloat(new Uint8Array(6), imageNetTransform, { layout, target })).toThrow(ShapeError);
  expect(() => imageToFloat(new Uint8Array(6), imageNetTransform, { layout: 'planes' as never })).toThrow(
    /layout: expected 'channelsLast' or 'channelsFirst', received 'planes'/,
  );
});
