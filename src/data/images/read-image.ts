import { DataError, OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { checkMaxPixels, DEFAULT_MAX_PIXELS, decodePixels, loadSharp } from './decode-pixels';
import { type ImageHead, readImageHead, withImageSource } from './image-header';
import { checkResizeOptions, IMAGE_TRANSFORM, type ResizeOptions } from './image-transform';
import { resizeImage } from './resize/resize-image';
import type { RgbImage } from './rgb-image';

/** Files up to this size are read at once, before anything is known about them. */
const ONE_READ = 2 ** 18;

/** Options of {@link readImage}. */
export interface ReadImageOptions {
  /**
   * The most pixels, width times height, that an image may have.
   * @defaultValue 100,000,000: decoded it takes 300 MB; cameras of phones reach 50 to 100 million
   */
  readonly maxPixels?: number;
}

/**
 * Decodes an image to upright RGB bytes at its full size, equal to what Pillow gives.
 *
 * It is turned upright (EXIF) and laid on white where it is transparent; CMYK, palettes and grey become RGB; of 16 bits the
 * upper eight are kept (Pillow instead clips 16-bit grey to white); colour profiles are ignored; of an animation the first
 * frame counts. Pixels equal Pillow's for JPEG, PNG, WebP, GIF and TIFF; AVIF is decoded, with small differences.
 *
 * @param pathOrBuffer the path of a JPEG, PNG, WebP, GIF, TIFF or AVIF file, or its bytes; its content counts, not its name
 * @returns [height, width, 3] bytes with their size
 * @throws {@link DataError} when the file is missing, truncated, damaged, of another type (SVG and HEIC, too) or has more
 *   pixels than `maxPixels`: names the file and its real type. A decoder's warning counts as damage.
 * @throws {@link OptionError} when an option is unknown, and when `maxPixels` is not a positive whole number.
 * @throws {@link DependencyError} when the optional package sharp is absent or broken.
 * @example
 * ```ts
 * import { readImage } from 'mvsa-fusion/data';
 *
 * const { data, width, height } = await readImage('./MVSA_Single/data/1.jpg', { maxPixels: 20_000_000 });
 * console.log(data.length === height * width * 3); // true
 * ```
 */
export async function readImage(
  pathOrBuffer: string | Uint8Array,
  options: ReadImageOptions = {},
): Promise<RgbImage> {
  checkOptionNames('readImage', options, { maxPixels: true });
  const { maxPixels = DEFAULT_MAX_PIXELS } = options;
  return decodeFound(await readImageBytes(pathOrBuffer, maxPixels), maxPixels);
}

/** Decodes the bytes of an image file that messages call by a name; see {@link readImage}. */
export async function decodeImageBytes(bytes: Uint8Array, name: string): Promise<RgbImage> {
  return decodeFound(await readImageBytes(bytes, DEFAULT_MAX_PIXELS, name), DEFAULT_MAX_PIXELS);
}

/** The bytes of an image whose head says that it is one of an allowed size. */
interface FoundImage {
  readonly bytes: Buffer;
  readonly head: ImageHead;
  readonly name: string;
}

async function decodeFound({ bytes, head, name }: FoundImage, maxPixels: number): Promise<RgbImage> {
  const sharp = await loadSharp();
  try {
    return await decodePixels(sharp, bytes, { isCmyk: head.isCmyk, maxPixels });
  } catch (cause) {
    throw undecodable(name, head, cause);
  }
}

/** Reads a file whole, once its head says that it is an image of an allowed size. */
export async function readImageBytes(
  pathOrBuffer: string | Uint8Array,
  maxPixels: number,
  name = typeof pathOrBuffer === 'string' ? pathOrBuffer : `a buffer of ${pathOrBuffer.length} bytes`,
): Promise<FoundImage> {
  checkMaxPixels(maxPixels);
  const found = await withImageSource(pathOrBuffer, async (source) => {
    const head = await readImageHead(source, maxPixels, ONE_READ);
    if ('problem' in head) return head;
    const isAll = head.head.length === source.bytes;
    return { head, bytes: isAll ? head.head : await source.read(0, source.bytes) };
  });
  if ('problem' in found) {
    const limit = found.problem === 'too many pixels' ? ` (the limit, maxPixels, is ${maxPixels})` : '';
    throw new DataError(
      `${name}: expected a JPEG, PNG, WebP, GIF, TIFF or AVIF image, received: ${found.problem}${limit}, content: ${found.format}. Leave the file out or replace it.`,
    );
  }
  return { ...found, name };
}

/**
 * The error of an image whose head is well and whose rest is not.
 *
 * What libvips says of it is left to the cause: its words mix with those of other images that are decoded at the same time.
 */
export function undecodable(name: string, { format }: ImageHead, cause: unknown): DataError {
  return new DataError(
    `${name}: expected a whole ${format} image, received one that is damaged or cut short. Leave the file out or replace it.`,
    { cause },
  );
}

/** Options of {@link decodeImage}: `size`, or what an `ImageTransform` says. They must fix the shape of the result. */
export interface DecodeImageOptions extends ResizeOptions, ReadImageOptions {
  /** The width and height of the result in pixels; short for `resize` and `crop` of the same number. */
  readonly size?: number;
}

const DECODE_IMAGE_OPTIONS: Readonly<Record<keyof DecodeImageOptions, true>> = {
  size: true,
  ...IMAGE_TRANSFORM,
  maxPixels: true,
};

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
 * @throws {@link OptionError} when an option is unknown, when a size is not a positive whole number, and when the options leave the shape open.
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
  checkOptionNames('decodeImage', options, DECODE_IMAGE_OPTIONS);
  const { maxPixels = DEFAULT_MAX_PIXELS } = options;
  const fit = fitOf(options);
  const image = await readImage(pathOrBuffer, { maxPixels });
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
