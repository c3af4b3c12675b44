import { isAscii, isUtf8 } from 'node:buffer';

/** The encoding of a data set's text files. */
export type TextEncoding = 'gb18030' | 'utf-8';

/** How the encoding of a data set was found. */
export interface EncodingEvidence {
  /** The encoding of all text files. */
  readonly encoding: TextEncoding;
  /** Why, as a sentence. */
  readonly reason: string;
  /** Text files looked at. */
  readonly files: number;
  /** Files with a byte that is not ASCII; only these tell. */
  readonly notAscii: number;
  /** Files that are not ASCII and valid UTF-8. */
  readonly utf8: number;
  /** Files that are not ASCII and valid GB18030. */
  readonly gb18030: number;
}

/** Decodes a file, without a byte order mark and trailing white space; null when it is not valid in the encoding. */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true })
      .decode(bytes)
      .replace(/^\uFEFF/, '')
      .trimEnd();
  } catch {
    return null;
  }
}

/**
 * Decides one encoding for all text files of a data set.
 *
 * UTF-8 when most of the files with a byte beyond ASCII are valid UTF-8, else GB18030, as MVSA is distributed. One file
 * alone does not tell: a few GB18030 texts are valid UTF-8 by chance (two of the 1,133 in MVSA-Single), and nearly every
 * UTF-8 text is valid GB18030; and one damaged file must not turn all others into nonsense.
 *
 * @param wanted an encoding, which is then taken unasked, or `auto`
 */
export function decideEncoding(files: Iterable<Uint8Array>, wanted: 'auto' | TextEncoding): EncodingEvidence {
  const found = { files: 0, notAscii: 0, utf8: 0, gb18030: 0 };
  for (const bytes of files) {
    found.files++;
    if (isAscii(bytes)) continue;
    found.notAscii++;
    if (isUtf8(bytes)) found.utf8++;
    if (decodeText(bytes, 'gb18030') !== null) found.gb18030++;
  }
  const isMostlyUtf8 = found.utf8 * 2 > found.notAscii || found.notAscii === 0;
  const encoding = wanted !== 'auto' ? wanted : isMostlyUtf8 ? 'utf-8' : 'gb18030';
  return { encoding, reason: reasonOf(found, wanted), ...found };
}

function reasonOf(
  { files, notAscii, utf8, gb18030 }: Omit<EncodingEvidence, 'encoding' | 'reason'>,
  wanted: string,
) {
  if (wanted !== 'auto') return 'chosen by the option textEncoding';
  if (notAscii === 0) return `all ${files} files are ASCII, which is the same in both`;
  return `of ${files} files ${notAscii} are not ASCII; of these ${utf8} are valid UTF-8 and ${gb18030} valid GB18030`;
}
