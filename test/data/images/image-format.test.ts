import sharp from 'sharp';
import { expect, it } from 'vitest';
import { sniffImageFormat } from '../../../src/data/images/image-format';

const heif = (...brands: string[]) =>
  Buffer.concat([
    Buffer.from([0, 0, 0, 8 + 4 * (brands.length + 1)]),
    Buffer.from(`ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`, 'latin1'),
    Buffer.from('more'),
  ]);
const bmp = Buffer.alloc(60);
bmp.write('BM');
bmp.writeUInt32LE(40, 14);

it.each<[string, Uint8Array | string, string]>([
  ['no bytes', '', 'empty'],
  ['zeros', Buffer.alloc(100), 'unknown'],
  ['words', 'not an image', 'unknown'],
  ['words that begin like a bitmap', 'BMW and other cars of the Bavarian works', 'unknown'],
  ['a JPEG marker alone', Buffer.from([0xff, 0xd8]), 'unknown'],
  ['a bitmap', bmp, 'bmp'],
  ['TIFF, little end first', Buffer.from('II*\0\x08\0\0\0', 'latin1'), 'tiff'],
  ['TIFF, big end first', Buffer.from('MM\0*\0\0\0\x08', 'latin1'), 'tiff'],
  ['Photoshop', '8BPS\0\x01', 'psd'],
  ['PDF', '%PDF-1.7', 'pdf'],
  ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'gzip'],
  ['zip', 'PK\x03\x04', 'zip'],
  ['HEIC', heif('heic', 'mif1', 'heic'), 'heic'],
  ['HEIC whose first brand names no codec', heif('mif1', 'mif1', 'heic'), 'heic'],
  ['AVIF whose first brand names no codec', heif('mif1', 'avif', 'miaf'), 'avif'],
  ['a film', heif('isom', 'mp42'), 'mp4'],
  ['a page', '<!DOCTYPE html><html><head>', 'html'],
  ['a page after a comment and white space', '\n <!-- saved --> <HTML lang=en>', 'html'],
  ['a page with a byte order mark', '\uFEFF<html>', 'html'],
  ['a page in UTF-16', Buffer.from('\uFEFF<html><body>', 'utf16le'), 'html'],
  ['a vector image', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'svg'],
  ['a vector image after a declaration', '<?xml version="1.0"?>\n<!-- x -->\n<svg width="1">', 'svg'],
  ['an error of a store', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'xml'],
])('%s', (_, bytes, format) => {
  expect(sniffImageFormat(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)).toBe(format);
});

it.each(['jpeg', 'png', 'gif', 'webp', 'tiff', 'avif'] as const)('%s as written by sharp', async (format) => {
  const image = sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } });
  expect(sniffImageFormat(await image.toFormat(format).toBuffer())).toBe(format);
});
