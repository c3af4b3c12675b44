import { expect, test } from 'vitest';
import { imageNetTransform, imageToFloat, type RgbImage } from '../../../src/data';
import { compactImageStream } from '../../../src/models';
import { createRandom } from '../../../src/random';
import { maxDifference } from '../../support/max-difference';
import { useBackend } from '../../support/use-backend';

useBackend();

const SIZE = 14;

/** Pixels that the stream need not resize. */
function noise(seed: number): RgbImage {
  const random = createRandom(seed);
  return {
    data: Uint8Array.from({ length: SIZE * SIZE * 3 }, () => random.integer(256)),
    width: SIZE,
    height: SIZE,
  };
}
const contentOf = (image: RgbImage) => ({
  name: 'noise',
  bytes: async () => image.data,
  decode: async () => image,
});

test('gives pixels with the mean and deviation of their channel, in the order asked; a missing image is zeros', async () => {
  const images = [noise(1), noise(2)] as const;
  const stream = compactImageStream({ imageSize: SIZE });
  const { batch, problems } = await stream.prepare([contentOf(images[0]), null, contentOf(images[1])], {});
  expect(problems).toEqual([null, null, null]);
  const { image } = await batch([2, 1, 0], ['image']);
  expect(image?.shape).toEqual([3, SIZE, SIZE, 3]);
  const values = (await image?.data()) as Float32Array;
  const row = (at: number) => values.slice(at * SIZE * SIZE * 3, (at + 1) * SIZE * SIZE * 3);
  expect(maxDifference(row(0), imageToFloat(images[1].data, imageNetTransform))).toBeLessThan(1e-6);
  expect(maxDifference(row(2), imageToFloat(images[0].data, imageNetTransform))).toBeLessThan(1e-6);
  expect(row(1).every((value) => value === 0)).toBe(true);
  image?.dispose();
});
