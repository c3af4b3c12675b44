/**
 * What a file holds, told from its content and never from its name.
 *
 * Of these `jpeg`, `png`, `gif`, `webp`, `tiff` and `avif` can be decoded; `empty` is a file of no bytes, and `unknown` is
 * anything that no signature matches.
 */
export type ImageFormat =
  | 'jpeg'
  | 'png'
  | 'gif'
  | 'webp'
  | 'tiff'
  | 'avif'
  | 'heic'
  | 'bmp'
  | 'ico'
  | 'psd'
  | 'jpeg2000'
  | 'jpegxl'
  | 'svg'
  | 'html'
  | 'xml'
  | 'pdf'
  | 'gzip'
  | 'zip'
  | 'mp4'
  | 'empty'
  | 'unknown';

/** The formats that `decodeImage` accepts. */
export const DECODABLE_FORMATS: ReadonlySet<ImageFormat> = new Set([
  'jpeg',
  'png',
  'gif',
  'webp',
  'tiff',
  'avif',
]);

/** The formats that are pictures, decodable or not. */
export const PICTURE_FORMATS: ReadonlySet<ImageFormat> = new Set([
  ...DECODABLE_FORMATS,
  'heic',
  'bmp',
  'ico',
  'psd',
  'jpeg2000',
  'jpegxl',
  'svg',
]);
