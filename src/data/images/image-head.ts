import { DataError } from '../../errors';
import { DECODABLE_FORMATS, type ImageFormat, PICTURE_FORMATS } from './image-format';
import { type ImageHeader, readImageHeader } from './image-header';
import { type ImageSource, openImageSource } from './image-source';
import type { ImageProblem, RefusedImage } from './inspected-image';
import { loadSharp } from './load-sharp';
import { sniffImageFormat } from './sniff-image-format';

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
