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

/** Signatures at the start of a file, as Latin-1 text. */
const SIGNATURES: readonly (readonly [string, ImageFormat])[] = [
  ['\xff\xd8\xff', 'jpeg'],
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['II+\0', 'tiff'],
  ['MM\0+', 'tiff'],
  ['8BPS', 'psd'],
  ['\0\0\x01\0', 'ico'],
  ['\0\0\0\x0cjP  \r\n\x87\n', 'jpeg2000'],
  ['\xff\x4f\xff\x51', 'jpeg2000'],
  ['\0\0\0\x0cJXL \r\n\x87\n', 'jpegxl'],
  ['\xff\x0a', 'jpegxl'],
  ['%PDF-', 'pdf'],
  ['\x1f\x8b', 'gzip'],
  ['PK\x03\x04', 'zip'],
];
/** Brands of HEIF files whose pictures are HEVC; `mif1` and `msf1` do not name a codec, and then other brands decide. */
const HEIC_BRANDS = /heic|heix|heim|heis|hevc|hevx|mif1|msf1/;
/** Bytes of text that are searched for a root element, past comments and a doctype. */
const TEXT_WINDOW = 1024;

/**
 * Tells what a file holds from its first bytes.
 *
 * @param bytes the start of the file; 1,024 bytes are enough, and 32 for everything but HTML and SVG
 * @returns `'empty'` for no bytes, `'unknown'` when no signature matches. A match says nothing about the rest of the file.
 * @see WHATWG, "MIME Sniffing Standard", section 6.1, and ISO/IEC 14496-12 (brands of `ftyp`)
 */
export function sniffImageFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) return 'empty';
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, TEXT_WINDOW));
  const start = head.toString('latin1', 0, 64);
  for (const [signature, format] of SIGNATURES) if (start.startsWith(signature)) return format;
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'webp';
  if (start.slice(4, 8) === 'ftyp') return sniffBrand(head);
  // Two letters are a weak signature: the four reserved bytes are zero and the header's size is a known one, too.
  if (
    start.startsWith('BM') &&
    head.length >= 18 &&
    head.readUInt32LE(6) === 0 &&
    head.readUInt32LE(14) <= 124
  )
    return 'bmp';
  return sniffMarkup(head);
}

function sniffBrand(head: Buffer): ImageFormat {
  const end = Math.min(head.readUInt32BE(0), head.length, 64);
  const brands = head.toString('latin1', 8, Math.max(end, 12));
  if (/avif|avis/.test(brands)) return 'avif';
  return HEIC_BRANDS.test(brands) ? 'heic' : 'mp4';
}

function sniffMarkup(head: Buffer): ImageFormat {
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const text = isUtf16
    ? head.toString('latin1').replaceAll('\0', '').slice(2)
    : head.toString('utf8').replace('\uFEFF', '');
  if (!/^\s*</.test(text)) return 'unknown';
  const element = /<(svg|html|head|body|title|script|meta|!doctype html|!doctype svg)[\s>/:]/i.exec(
    text,
  )?.[1];
  if (element === undefined) return /^\s*<\?xml/.test(text) ? 'xml' : 'unknown';
  return element.toLowerCase().endsWith('svg') ? 'svg' : 'html';
}
