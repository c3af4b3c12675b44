import { describe, expect, it } from 'vitest';
import { decideEncoding, decodeText } from '../../../src/data/mvsa/text-encoding';

// C2 A1 is an inverted exclamation mark in UTF-8 and a character in GB18030; A1 AD is an ellipsis in GB18030 alone.
const ambiguous = Uint8Array.of(0xc2, 0xa1);
const chinese = Uint8Array.of(0x61, 0xa1, 0xad, 0x0d, 0x0a);
const ascii = Buffer.from('plain');
const utf8 = Buffer.from('café 🎉');
const neither = Uint8Array.of(0x61, 0xff);

describe('decideEncoding', () => {
  it.each([
    ['GB18030 with a text that is UTF-8 by chance', [chinese, chinese, ambiguous, ascii], 'gb18030'],
    ['UTF-8, whose texts are nearly all valid GB18030 too', [utf8, ambiguous, ascii], 'utf-8'],
    ['UTF-8 with one damaged file', [utf8, utf8, utf8, neither], 'utf-8'],
    ['GB18030 with one damaged file', [chinese, chinese, neither], 'gb18030'],
    ['ASCII alone', [ascii, ascii], 'utf-8'],
    ['nothing', [], 'utf-8'],
  ] as const)('%s', (_name, files, encoding) => {
    expect(decideEncoding(files, 'auto').encoding).toBe(encoding);
  });

  it('says why', () => {
    expect(decideEncoding([chinese, chinese, ambiguous, ascii], 'auto')).toEqual({
      encoding: 'gb18030',
      reason: 'of 4 files 3 are not ASCII; of these 1 are valid UTF-8 and 3 valid GB18030',
      files: 4,
      notAscii: 3,
      utf8: 1,
      gb18030: 3,
    });
    expect(decideEncoding([ascii], 'auto').reason).toBe('all 1 files are ASCII, which is the same in both');
    expect(decideEncoding([chinese], 'utf-8')).toMatchObject({
      encoding: 'utf-8',
      reason: 'chosen by the option textEncoding',
    });
  });
});

describe('decodeText', () => {
  it('takes off a byte order mark and trailing white space', () => {
    expect(decodeText(Buffer.from('\uFEFFcafé \r\n'), 'utf-8')).toBe('café');
    expect(decodeText(chinese, 'gb18030')).toBe('a…');
  });

  it('reads four-byte characters', () => {
    // 94 39 FC 36 is U+1F600 in GB18030.
    expect(decodeText(Uint8Array.of(0x94, 0x39, 0xfc, 0x36), 'gb18030')).toBe('😀');
  });

  it('gives null for bytes that are not valid', () => {
    expect(decodeText(neither, 'utf-8')).toBeNull();
    expect(decodeText(neither, 'gb18030')).toBeNull();
    expect(decodeText(chinese, 'utf-8')).toBeNull();
  });
});
