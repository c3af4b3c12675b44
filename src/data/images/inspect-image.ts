import { checkOptionNames } from '../../options/check-option-names';
import { checkMaxPixels, DEFAULT_MAX_PIXELS, decodePixels, loadSharp } from './decode-pixels';
import type { ImageFormat } from './image-format';
import { type InspectedImage, type RefusedImage, readImageHead, withImageSource } from './image-header';
import type { ImageSource } from './image-source';

/** Encoders may pad a file behind its end marker; what pads it more is decoded to be sure. */
const TAIL_BYTES = 64;
/** The last bytes of a whole file. Compressed JPEG data never holds its own end marker. */
const END_MARKERS: Partial<Record<ImageFormat, string>> = {
  jpeg: '\xff\xd9',
  png: 'IEND\xae\x42\x60\x82',
  gif: '\0;',
};

/** Options of {@link inspectImage}. */
export interface InspectImageOptions {
  /**
   * Whether to decode the image in full, which finds damage in its middle and takes a hundred times as long.
   * @defaultValue `false`
   */
  readonly decode?: boolean;
  /**
   * The most pixels, width times height, that an image may have.
   * @defaultValue 100,000,000: decoded it takes 300 MB; cameras of phones reach 50 to 100 million
   */
  readonly maxPixels?: number;
}

/**
 * Checks an image from its first and last bytes: real type, size in pixels, and what is wrong with it.
 *
 * Good files are not decoded and not read whole; a file without its end marker is, and counts as truncated only when that
 * fails. JPEG holds no checksum: a few changed bytes in the middle escape even `decode`, unless they break the code.
 *
 * @param pathOrBuffer the path of an image file, or its bytes
 * @returns what the header says, or the problem; a bad image never throws
 * @throws {@link DataError} for trouble of the system itself, such as too many open files.
 * @throws {@link OptionError} when an option is unknown, and when `maxPixels` is not a positive whole number.
 * @throws {@link DependencyError} when decoding is needed (`decode`, TIFF, AVIF, a missing end marker) and the optional
 *   package sharp is absent or broken.
 * @example
 * ```ts
 * import { inspectImage } from 'mvsa-fusion/data';
 *
 * const image = await inspectImage('./MVSA_Single/data/1.jpg');
 * console.log('problem' in image ? `${image.problem} (${image.format})` : `${image.width} x ${image.height}`);
 * ```
 */
export async function inspectImage(
  pathOrBuffer: string | Uint8Array,
  options: InspectImageOptions = {},
): Promise<InspectedImage | RefusedImage> {
  checkOptionNames('inspectImage', options, { decode: true, maxPixels: true });
  const { decode = false, maxPixels = DEFAULT_MAX_PIXELS } = options;
  checkMaxPixels(maxPixels);
  return withImageSource(pathOrBuffer, async (source): Promise<InspectedImage | RefusedImage> => {
    const image = await readImageHead(source, maxPixels);
    if ('problem' in image) return image;
    const ending = await findEnding(image.format, image.head, source);
    if (decode || ending !== 'there') {
      const sharp = await loadSharp();
      try {
        await decodePixels(sharp, await source.read(0, source.bytes), { isCmyk: image.isCmyk, maxPixels });
      } catch {
        return { problem: ending === 'absent' ? 'truncated image' : 'damaged image', format: image.format };
      }
    }
    const { format, width, height } = image;
    return { format, width, height, bytes: source.bytes };
  });
}

/** Looks for a file's end: a marker in its last bytes, or the length that its head announces. TIFF and AVIF have neither. */
async function findEnding(
  format: ImageFormat,
  head: Buffer,
  source: ImageSource,
): Promise<'there' | 'absent' | 'unknown'> {
  if (format === 'webp') return source.bytes >= head.readUInt32LE(4) + 8 ? 'there' : 'absent';
  const marker = END_MARKERS[format];
  if (marker === undefined) return 'unknown';
  const tail = await source.read(Math.max(source.bytes - TAIL_BYTES, 0), TAIL_BYTES);
  return tail.includes(marker, 0, 'latin1') ? 'there' : 'absent';
}
