import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../errors';
import { writeFileAtomically } from '../../write-file-atomically';
import type { CompactText } from './compact-text';

const FILE = 'compact-text.json';

/**
 * Saves the compact text representation beside the model that was trained with it.
 *
 * @param directory created when absent
 * @throws {@link MvsaFusionError} when the file system refuses: names the file and the cause.
 */
export async function saveCompactText(compactText: CompactText, directory: string): Promise<void> {
  const { inverseDocumentFrequencies: values, ...sizes } = compactText;
  const base64 = Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
  const json = JSON.stringify({ ...sizes, inverseDocumentFrequencies: base64 });
  await writeFileAtomically(join(directory, FILE), json);
}

/**
 * Loads what {@link saveCompactText} wrote.
 *
 * @throws {@link DataError} when the file is missing or damaged.
 */
export async function loadCompactText(directory: string): Promise<CompactText> {
  const file = join(directory, FILE);
  try {
    const { inverseDocumentFrequencies, ...sizes } = JSON.parse(await readFile(file, 'utf8')) as Omit<
      CompactText,
      'inverseDocumentFrequencies'
    > & { inverseDocumentFrequencies: string };
    const bytes = Uint8Array.from(Buffer.from(inverseDocumentFrequencies, 'base64'));
    if (bytes.length !== 4 * sizes.wideBuckets) throw new Error(`${bytes.length} bytes of frequencies`);
    return { ...sizes, inverseDocumentFrequencies: new Float32Array(bytes.buffer) };
  } catch (cause) {
    throw new DataError(`${file}: expected a file of saveCompactText: ${(cause as Error).message}.`, {
      cause,
    });
  }
}
