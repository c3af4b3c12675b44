import { DataError } from '../../errors';
import { decodePixels } from './decode-pixels';
import { type ImageHead, readImageHead, withImageSource } from './image-head';
import { loadSharp } from './load-sharp';
import { checkMaxPixels, DEFAULT_MAX_PIXELS } from './max-pixels';
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
 * @throws {@link OptionError} when `maxPixels` is not a positive whole number.
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
  { maxPixels = DEFAULT_MAX_PIXELS }: ReadImageOptions = {},
): Promise<RgbImage> {
  const { bytes, head, name } = await readImageBytes(pathOrBuffer, maxPixels);
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
): Promise<{ bytes: Buffer; head: ImageHead; name: string }> {
  checkMaxPixels(maxPixels);
  const name = typeof pathOrBuffer === 'string' ? pathOrBuffer : `a buffer of ${pathOrBuffer.length} bytes`;
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

/** The error of an image whose head is well and whose rest is not. */
export function undecodable(name: string, { format }: ImageHead, cause: unknown): DataError {
  const reason = (cause as Error).message.trim();
  return new DataError(
    `${name}: expected a whole ${format} image, which cannot be decoded: ${reason}. Leave the file out or replace it.`,
    { cause },
  );
}
