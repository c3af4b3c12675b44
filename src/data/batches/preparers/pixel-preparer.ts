import { bothSides, type ImageTransform } from '../../images/image-transform';
import { resizeImage } from '../../images/resize/resize-image';
import { imageToFloat } from '../../images/rgb-image';
import type { ImageContent } from '../../posts/post-source';
import type { ImagePreparer } from './post-preparer';
import { readContents } from './read-contents';

/** How images become pixels. */
interface PixelPreparerOptions {
  /** What images go through; it fixes height and width. */
  readonly transform: ImageTransform;
  /** Images decoded at once. */
  readonly concurrency: number;
  /** Gives [height, width, 3] bytes in place of decoding and resizing, or float32 numbers in place of normalising too. */
  readonly load?: ((content: ImageContent, index: number) => Promise<Uint8Array | Float32Array>) | undefined;
}

/** Makes `image` [batch, height, width, 3], normalised, from images; they are kept as bytes until a batch is asked for. */
export function pixelPreparer({ transform, concurrency, load }: PixelPreparerOptions): ImagePreparer {
  const [height, width] = shapeOf(transform);
  const size = height * width * 3;
  const read = load ?? (async (content: ImageContent) => resizeImage(await content.decode(), transform).data);
  return {
    inputNames: ['image'],
    async prepare(images, work) {
      const { items, problems } = await readContents(
        images,
        { ...work, stage: 'images', limit: concurrency },
        read,
      );
      return {
        problems,
        async batch(indices) {
          const { tensor4d } = await import('@tensorflow/tfjs-core');
          const values = new Float32Array(indices.length * size);
          for (const [row, index] of indices.entries()) {
            const pixels = items[index];
            const target = values.subarray(row * size, (row + 1) * size);
            if (pixels instanceof Float32Array) target.set(pixels);
            else if (pixels) imageToFloat(pixels, transform, { target });
          }
          return { image: tensor4d(values, [indices.length, height, width, 3], 'float32') };
        },
      };
    },
  };
}

function shapeOf({ resize, crop }: ImageTransform): readonly [height: number, width: number] {
  return bothSides((crop ?? resize) as number | readonly [number, number]);
}
