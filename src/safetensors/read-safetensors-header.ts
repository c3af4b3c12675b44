import { type FileHandle, open } from 'node:fs/promises';
import { DataError } from '../errors';
import { parseHeader } from './parse-header';
import { readBytes } from './read-bytes';
import { LENGTH_BYTES, MAX_HEADER_BYTES, type SafetensorsHeader } from './safetensors-header';

/**
 * Reads and checks the header of a safetensors file; the data are not read, however large they are.
 *
 * @param file a path, or an open file, which stays open
 * @param path names the file in errors, when `file` is an open one
 * @throws {@link DataError} when the file cannot be read, is cut short, or breaks a rule of the format: a header beyond
 * the file or 100 MB, a name that stands twice, an unknown type, offsets that overlap, leave a gap or fit no shape.
 */
export async function readSafetensorsHeader(
  file: string | FileHandle,
  path = typeof file === 'string' ? file : 'safetensors file',
): Promise<SafetensorsHeader> {
  if (typeof file !== 'string') return readHeader(file, path).catch((error) => rethrow(path, error));
  const handle = await open(file).catch((error) => rethrow(path, error));
  try {
    return await readHeader(handle, path).catch((error) => rethrow(path, error));
  } finally {
    await handle.close();
  }
}

async function readHeader(handle: FileHandle, path: string): Promise<SafetensorsHeader> {
  const { size } = await handle.stat();
  const start = new Uint8Array(LENGTH_BYTES);
  if ((await readBytes(handle, start, 0)) < LENGTH_BYTES) {
    throw new DataError(
      `${path}: expected a safetensors file of at least ${LENGTH_BYTES} bytes, received ${size}. Fetch or write the file again.`,
    );
  }
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES || Number(length) > size - LENGTH_BYTES) {
    throw new DataError(
      `${path}: expected a safetensors header within the file's ${size} bytes and 100 MB, received a header length of ${length}. The file is cut short or is no safetensors file.`,
    );
  }
  const bytes = new Uint8Array(Number(length));
  await readBytes(handle, bytes, LENGTH_BYTES);
  const dataStart = LENGTH_BYTES + bytes.length;
  return { ...parseHeader(path, bytes, size - dataStart), dataStart };
}

function rethrow(path: string, cause: Error): never {
  if (cause instanceof DataError) throw cause;
  throw new DataError(`${path}: expected a safetensors file, which cannot be read: ${cause.message}.`, {
    cause,
  });
}
