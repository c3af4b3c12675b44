import { DataError } from '../../errors';
import { loadSharp } from './decode-pixels';
import { DECODABLE_FORMATS, type ImageFormat, PICTURE_FORMATS, sniffImageFormat } from './image-format';
import { type ImageSource, openImageSource } from './image-source';

/** Why an image cannot be used. */
export type ImageProblem =
  | 'no image file'
  | 'image file not readable'
  | 'not a file'
  | 'empty image file'
  | 'not an image'
  | 'unsupported image format'
  | 'too many pixels'
  | 'too many bytes'
  | 'truncated image'
  | 'damaged image';

/** A usable image: what its header says. */
export interface InspectedImage {
  /** The real type, found in the content. */
  readonly format: ImageFormat;
  /** Width in pixels, as stored (before EXIF turns it). */
  readonly width: number;
  /** Height in pixels, as stored (before EXIF turns it). */
  readonly height: number;
  /** Size of the file in bytes. */
  readonly bytes: number;
}

/** An image that cannot be used. */
export interface RefusedImage {
  /** Why. */
  readonly problem: ImageProblem;
  /** The real type; `'unknown'` for what cannot be opened. */
  readonly format: ImageFormat;
}

/** The problem with the real type where there is one: `'not an image (html)'`. */
export function imageProblem({ problem, format }: RefusedImage): string {
  return format === 'empty' || format === 'unknown' ? problem : `${problem} (${format})`;
}

/** Enough for the signature, a page of markup, and the frame header of most JPEG files. */
const HEAD_BYTES = 1024;
/** Decoding takes the whole file into memory. */
const MAX_FILE_BYTES = 2 ** 28;

/** What the start of a usable image says. */
export interface ImageHead extends ImageHeader {
  /** The real type, found in the content. */
  readonly format: ImageFormat;
  /** The first bytes of the source. */
  readonly head: Buffer;
}

/** Opens an image, hands it over, and closes it; what cannot be opened is a refused image. */
export async function withImageSource<T>(
  pathOrBuffer: string | Uint8Array,
  use: (source: ImageSource) => Promise<T>,
): Promise<T | RefusedImage> {
  let source: ImageSource;
  try {
    source = await openImageSource(pathOrBuffer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { problem: problemOf(code, String(pathOrBuffer), error), format: 'unknown' };
  }
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

function problemOf(code: string | undefined, path: string, cause: unknown): ImageProblem {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return 'no image file';
    case 'EISDIR':
    case 'ENXIO':
      return 'not a file';
    case 'EACCES':
    case 'EPERM':
      return 'image file not readable';
    default:
      throw new DataError(
        `${path}: expected to open this image file, received ${(cause as Error).message}.`,
        {
          cause,
        },
      );
  }
}

/** Type and size of a source, or why it is refused without looking further. */
export async function readImageHead(
  source: ImageSource,
  maxPixels: number,
  headBytes = HEAD_BYTES,
): Promise<ImageHead | RefusedImage> {
  if (!source.isFile) return { problem: 'not a file', format: 'unknown' };
  const head = await source.read(0, headBytes);
  const format = sniffImageFormat(head);
  if (format === 'empty') return { problem: 'empty image file', format };
  if (!PICTURE_FORMATS.has(format)) return { problem: 'not an image', format };
  if (!DECODABLE_FORMATS.has(format)) return { problem: 'unsupported image format', format };
  if (source.bytes > MAX_FILE_BYTES) return { problem: 'too many bytes', format };
  const header =
    format === 'tiff' || format === 'avif'
      ? await readWithSharp(source)
      : await readImageHeader(format, head, source);
  if (header === null) return { problem: 'damaged image', format };
  if (header.width * header.height > maxPixels) return { problem: 'too many pixels', format };
  return { ...header, format, head };
}

/** The headers of TIFF and AVIF lie anywhere in the file, and both are rare: sharp reads them. */
async function readWithSharp(source: ImageSource): Promise<ImageHeader | null> {
  const sharp = await loadSharp();
  try {
    const bytes = await source.read(0, source.bytes);
    const { width, height, space } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { width, height, isCmyk: space === 'cmyk' };
  } catch {
    return null;
  }
}

/** What the first bytes of a picture say about it. */
interface ImageHeader {
  /** Width in pixels, as stored. */
  readonly width: number;
  /** Height in pixels, as stored. */
  readonly height: number;
  /** Whether it is CMYK, which only JPEG and TIFF can be. */
  readonly isCmyk: boolean;
}

/** JPEG files hold a few dozen segments; a profile can take 255. */
const MAX_SEGMENTS = 1000;
/** How much is read when a JPEG segment lies past what has been read. */
const WINDOW = 1024;

/**
 * Reads the size of a picture from its header, or null where the header is damaged.
 *
 * @param head the first bytes of the source, at least 32 where it has so many
 * @see ITU-T T.81, annex B; PNG 3, section 11.2.1; GIF89a, section 18; RFC 9649, section 2
 */
async function readImageHeader(
  format: ImageFormat,
  head: Buffer,
  source: ImageSource,
): Promise<ImageHeader | null> {
  const header = format === 'jpeg' ? await readJpeg(head, source) : readFixed(format, head);
  return header !== null && header.width > 0 && header.height > 0 ? header : null;
}

function readFixed(format: ImageFormat, head: Buffer): ImageHeader | null {
  const size = (width: number, height: number) => ({ width, height, isCmyk: false });
  if (head.length < 30) return null;
  if (format === 'png') {
    if (head.toString('latin1', 12, 16) !== 'IHDR') return null;
    return size(head.readUInt32BE(16), head.readUInt32BE(20));
  }
  if (format === 'gif') return size(head.readUInt16LE(6), head.readUInt16LE(8));
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8X':
      return size(head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1);
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8 ':
      return size(head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff);
    default:
      return null;
  }
}

/** Walks the segments up to the frame header, which holds the size; thumbnails lie inside segments and are stepped over. */
async function readJpeg(head: Buffer, source: ImageSource): Promise<ImageHeader | null> {
  let window = head;
  let windowStart = 0;
  let offset = 2;
  for (let segment = 0; segment < MAX_SEGMENTS; segment++) {
    if (offset + 10 > windowStart + window.length) {
      window = await source.read(offset, WINDOW);
      windowStart = offset;
      if (window.length < 10) return null;
    }
    const at = offset - windowStart;
    if (window[at] !== 0xff) return null;
    const marker = window[at + 1] as number;
    // Fill bytes, and markers that stand alone.
    if (marker === 0xff) offset += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) offset += 2;
    else if (isFrame(marker)) {
      const [height, width] = [window.readUInt16BE(at + 5), window.readUInt16BE(at + 7)];
      return { width, height, isCmyk: window[at + 9] === 4 };
    } else if (marker === 0xda || marker === 0xd9) return null;
    else offset += 2 + window.readUInt16BE(at + 2);
  }
  return null;
}

/** SOF0 to SOF15, without the tables and extensions that share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
