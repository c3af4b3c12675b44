import { OptionError } from '../../errors';
import type { ResizeOptions } from './image-transform';
import { checkResizeOptions } from './image-transform';
import { type ReadImageOptions, readImage } from './read-image';
import { resizeImage } from './resize-image';

/** Options of {@link decodeImage}: `size`, or what an `ImageTransform` says. They must fix the shape of the result. */
export interface DecodeImageOptions extends ResizeOptions, ReadImageOptions {
  /** The width and height of the result in pixels; short for `resize` and `crop` of the same number. */
  readonly size?: number;
}

/**
 * Decodes an image into RGB bytes of a given shape: read as by `readImage`, fitted as by `resizeImage`.
 *
 * With `{ size }` the shorter side becomes `size` and the centre square is kept. An `ImageTransform` can be given as it is; its
 * mean and deviation are for `imageToFloat`.
 *
 * @param pathOrBuffer the path of a JPEG, PNG, WebP, GIF, TIFF or AVIF file, or its bytes
 * @returns [height, width, 3] bytes, row by row, red, green and blue in 0 to 255; [size, size, 3] with `size`
 * @throws {@link DataError} when the file is missing, truncated, damaged, of another type or has more pixels than
 *   `maxPixels`: names the file.
 * @throws {@link OptionError} when a size is not a positive whole number, and when the options leave the shape open.
 * @throws {@link DependencyError} when the optional package sharp is absent or broken.
 * @example
 * ```ts
 * import { decodeImage, imageNetTransform, imageToFloat } from 'mvsa-fusion/data';
 *
 * const bytes = await decodeImage('./MVSA_Single/data/1.jpg', imageNetTransform);
 * const image = imageToFloat(bytes, imageNetTransform);
 * console.log(image.length); // 150528
 * ```
 */
export async function decodeImage(
  pathOrBuffer: string | Uint8Array,
  options: DecodeImageOptions,
): Promise<Uint8Array> {
  const fit = fitOf(options);
  const image = await readImage(pathOrBuffer, options);
  return resizeImage(image, fit).data;
}

function fitOf({ size, resize, crop, interpolation, pillow }: DecodeImageOptions): ResizeOptions {
  const how = {
    ...(interpolation === undefined ? {} : { interpolation }),
    ...(pillow === undefined ? {} : { pillow }),
  };
  if (size !== undefined) {
    if (!Number.isInteger(size) || size < 1) {
      throw new OptionError(`size: expected a positive whole number of pixels, received ${size}.`);
    }
    if (resize !== undefined || crop !== undefined) {
      throw new OptionError('size: expected either size or resize and crop, received both.');
    }
    checkResizeOptions(how);
    return { resize: size, crop: size, ...how };
  }
  if (crop === undefined && !Array.isArray(resize)) {
    throw new OptionError(
      'decodeImage: expected options that fix the shape (size, crop, or resize as [height, width]), received none. For an image of its own size use readImage.',
    );
  }
  const fit = {
    ...how,
    ...(resize === undefined ? {} : { resize }),
    ...(crop === undefined ? {} : { crop }),
  };
  checkResizeOptions(fit);
  return fit;
}
