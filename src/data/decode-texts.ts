import { isUtf8 } from 'node:buffer';
import { DataError } from '../errors';

/** The encoding of a data set's text files. */
export type TextEncoding = 'gb18030' | 'utf-8';

/**
 * Decodes the text files of one data set, all in the same encoding.
 *
 * `auto` takes UTF-8 when every file is valid UTF-8, and GB18030 (as MVSA is distributed) otherwise. One file alone does not
 * tell: a few GB18030 texts are valid UTF-8 by chance.
 *
 * @param files the bytes of each text file under its path
 * @returns the encoding that was used, and the text of each file, without a byte order mark and trailing white space
 * @throws {@link DataError} for a file that is not valid in that encoding
 */
export function decodeTexts(
  files: ReadonlyMap<string, Uint8Array>,
  textEncoding: 'auto' | TextEncoding,
): { encoding: TextEncoding; texts: Map<string, string> } {
  const notUtf8 = [...files].find(([, bytes]) => !isUtf8(bytes))?.[0];
  const encoding = textEncoding !== 'auto' ? textEncoding : notUtf8 === undefined ? 'utf-8' : 'gb18030';
  const decoder = new TextDecoder(encoding, { fatal: true });

  const texts = new Map<string, string>();
  for (const [file, bytes] of files) {
    try {
      texts.set(
        file,
        decoder
          .decode(bytes)
          .replace(/^\uFEFF/, '')
          .trimEnd(),
      );
    } catch (cause) {
      const reason = textEncoding === 'auto' ? ` (chosen because ${notUtf8} is not UTF-8)` : '';
      throw new DataError(
        `${file}: expected text in ${encoding}${reason}, received bytes that are not valid in it. Repair the file or set textEncoding.`,
        { cause },
      );
    }
  }
  return { encoding, texts };
}
