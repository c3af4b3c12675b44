import { tensor } from '@tensorflow/tfjs-core';
import { readContents } from '../../data/batches/preparers/read-contents';
import { imageNetTransform } from '../../data/images/image-transform';
import { resizeImage } from '../../data/images/resize/resize-image';
import { OptionError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { integerFrom } from '../../options/rules';
import type { ImageStream, StreamDescription } from '../streams/stream';
import { compactImageEncoder, IMAGE_SIZE } from './compact-image-encoder';

/** Options of {@link compactImageStream}. */
export interface CompactImageStreamOptions {
  /**
   * Height and width to which images are brought, a multiple of `grid`: the shorter side is resized to it, the centre kept.
   * @defaultValue 56
   */
  readonly imageSize?: number;
  /**
   * Regions along each side.
   * @defaultValue 7: 49 regions, as ResNet50 at 224 pixels
   */
  readonly grid?: number;
  /**
   * Width of a region.
   * @defaultValue 64
   */
  readonly dim?: number;
}

const OPTIONS = {
  imageSize: IMAGE_SIZE,
  grid: { default: 7, rule: integerFrom(1) },
  dim: { default: 64, rule: integerFrom(1) },
} as const satisfies OptionTable<CompactImageStreamOptions>;

/** Images decoded at once: libuv's threads. */
const DECODED_AT_ONCE = 4;

/**
 * [256 bytes, 3 channels]: what each byte becomes. Rounded to float32 once, where `imageToFloat` rounds at each step as torch does: the
 * published results were measured so.
 */
const NORMALIZED = Float32Array.from({ length: 256 * 3 }, (_, at) => {
  const [byte, channel] = [Math.floor(at / 3), at % 3];
  const { mean, std } = imageNetTransform;
  return (byte / 255 - (mean[channel] as number)) / (std[channel] as number);
});

/**
 * Makes the image stream that is trained along and needs no download: small pixels and {@link compactImageEncoder}.
 *
 * Input: `image` [batch, imageSize, imageSize, 3], normalised with ImageNet's mean and deviation. Images are kept as bytes until a
 * batch is asked for.
 *
 * @throws {@link OptionError} when an option is unknown or out of range, and when `imageSize` is no multiple of `grid`.
 * @example
 * ```ts
 * import { compactImageStream } from 'mvsa-fusion/models';
 *
 * const image = compactImageStream({ imageSize: 112, dim: 32 });
 * console.log(image.dim, image.positions); // 32 49
 * ```
 */
export function compactImageStream(options: CompactImageStreamOptions = {}): ImageStream {
  const { imageSize, grid, dim } = resolveOptions('compactImageStream', options, OPTIONS);
  if (imageSize % grid !== 0) {
    throw new OptionError(
      `compactImageStream: expected imageSize to be a multiple of grid, received ${imageSize} and ${grid}.`,
    );
  }
  const square = { resize: imageSize, crop: imageSize };
  return {
    dim,
    positions: grid * grid,
    inputNames: ['image'],
    description: { family: 'compact', imageSize, grid, dim },
    async prepare(images, work) {
      const { items, problems } = await readContents(
        images,
        { ...work, stage: 'images', limit: DECODED_AT_ONCE },
        async (content) => resizeImage(await content.decode(), square).data,
      );
      return {
        problems,
        batch(indices) {
          const size = imageSize * imageSize * 3;
          const values = new Float32Array(indices.length * size);
          for (const [row, index] of indices.entries()) {
            const pixels = items[index];
            if (pixels) normalizePixels(pixels, values.subarray(row * size, (row + 1) * size));
          }
          return { image: tensor(values, [indices.length, imageSize, imageSize, 3], 'float32') };
        },
      };
    },
    build: ({ seed }) => ({ encoder: compactImageEncoder({ imageSize, grid, dim, seed }) }),
    files: () => ({}),
    dispose: async () => {},
  };
}

function normalizePixels(pixels: Uint8Array, target: Float32Array): void {
  for (let index = 0; index < target.length; index += 3) {
    target[index] = NORMALIZED[3 * (pixels[index] as number)] as number;
    target[index + 1] = NORMALIZED[3 * (pixels[index + 1] as number) + 1] as number;
    target[index + 2] = NORMALIZED[3 * (pixels[index + 2] as number) + 2] as number;
  }
}

/** Makes the stream again from what was saved of it. */
export function loadCompactImageStream(description: StreamDescription): ImageStream {
  const { family: _, ...options } = description as StreamDescription & CompactImageStreamOptions;
  return compactImageStream(options);
}
