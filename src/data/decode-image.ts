import { DataError, OptionError } from '../errors';
import { loadOptional } from '../load-optional';

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions {
  /** The width and height of the result, in pixels. */
  readonly size: number;
}

/**
 * Decodes an image into a square of RGB bytes.
 *
 * The image is turned upright (EXIF), laid on white where it is transparent, resized so that its shorter side is `size`, and
 * cropped around its centre. Of an animation the first frame counts.
 *
 * @param pathOrBuffer the path of a JPEG, PNG, WebP, GIF or SVG file, or its bytes
 * @returns [size, size, 3] bytes, row by row, red, green and blue in 0 to 255
 * @throws {@link DataError} when the file is missing, damaged or larger than sharp's limit of 268 megapixels: names the file.
 * @throws {@link OptionError} when `size` is not a positive whole number.
 * @throws {@link DependencyError} when the optional package sharp is absent or broken.
 * @example
 * ```ts
 * import { decodeImage } from 'mvsa-fusion/data';
 *
 * const pixels = await decodeImage('./MVSA_Single/data/1.jpg', { size: 224 });
 * console.log(pixels.length); // 150528
 * ```
 */
export async function decodeImage(
  pathOrBuffer: string | Uint8Array,
  { size }: DecodeImageOptions,
): Promise<Uint8Array> {
  if (!Number.isInteger(size) || size < 1) {
    throw new OptionError(`size: expected a positive whole number of pixels, received ${size}.`);
  }
  const { default: sharp } = await loadOptional<typeof import('sharp')>('sharp', 'to decode images');
  try {
    const pixels = await sharp(pathOrBuffer)
      .autoOrient()
      .flatten({ background: 'white' })
      .resize(size, size, { fit: 'cover', position: 'centre', kernel: 'linear' })
      .toColourspace('srgb')
      .raw()
      .toBuffer();
    return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length);
  } catch (cause) {
    const name = typeof pathOrBuffer === 'string' ? pathOrBuffer : `a buffer of ${pathOrBuffer.length} bytes`;
    throw new DataError(`${name}: expected an image, which cannot be decoded: ${(cause as Error).message}`, {
      cause,
    });
  }
}
