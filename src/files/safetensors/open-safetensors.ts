import { constants } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { DataError, OptionError } from '../../errors';
import { readBytes } from '../file-bytes';
import { isReadableDtype, type ReadableDtype, STORED_ARRAYS, type TensorValues } from './dtype';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision';
import {
  LENGTH_BYTES,
  MAX_HEADER_BYTES,
  parseHeader,
  type SafetensorsHeader,
  type SafetensorsTensorInfo,
} from './header';

/** An open safetensors file, of which each tensor is read when asked for. */
export interface SafetensorsFile {
  /** The file's path. */
  readonly path: string;
  /** Names of the tensors, in the header's order. */
  readonly names: readonly string[];
  /** Type and shape of each tensor, by name. */
  readonly tensors: Readonly<Record<string, SafetensorsTensorInfo>>;
  /** Free texts by name; empty when the file has none. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Reads the values of one tensor, flat in row-major order; several reads may run at the same time.
   *
   * F16 and BF16 become float32, BOOL becomes bytes of 0 and 1; every other type keeps its own array, so that I64 is a
   * `BigInt64Array`.
   *
   * @throws {@link OptionError} for a name that the file does not have
   * @throws {@link DataError} when the data cannot be read, or are of a type that has no array
   */
  read(name: string): Promise<TensorValues>;
  /** Closes the file; nothing can be read from then on. */
  close(): Promise<void>;
}

/**
 * Opens a safetensors file and checks its header; tensors are read one by one, so the file may exceed memory.
 *
 * @throws {@link DataError} when the file cannot be read or breaks a rule of the format; names the tensor.
 * @example
 * ```ts
 * import { openSafetensors } from 'mvsa-fusion/safetensors';
 *
 * const file = await openSafetensors('./models/resnet50/model.safetensors');
 * console.log(file.tensors['fc.weight']?.shape); // [1000, 2048]
 * const weights = await file.read('fc.weight');
 * await file.close();
 * ```
 * @see https://github.com/huggingface/safetensors
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const handle = await open(path).catch((cause: Error) => {
    throw new DataError(`${path}: expected a safetensors file, which cannot be read: ${cause.message}.`, {
      cause,
    });
  });
  try {
    const { tensors, metadata, dataStart } = await readSafetensorsHeader(handle, path);
    return {
      path,
      names: Object.keys(tensors),
      tensors,
      metadata,
      read: async (name) => {
        if (!Object.hasOwn(tensors, name)) {
          throw new OptionError(
            `${path}: expected the name of one of its tensors, received "${name}". It has ${namesOf(tensors)}.`,
          );
        }
        const info = tensors[name] as SafetensorsTensorInfo;
        return readTensor(handle, dataStart, info, `${path}: tensor "${name}"`);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readTensor(
  handle: FileHandle,
  dataStart: number,
  { dtype, dataOffsets: [begin, end] }: SafetensorsTensorInfo,
  what: string,
): Promise<TensorValues> {
  if (!isReadableDtype(dtype)) {
    throw new DataError(
      `${what}: expected one of ${Object.keys(STORED_ARRAYS).join(', ')}, received ${dtype}. Convert it to F32.`,
    );
  }
  if (end - begin > constants.MAX_LENGTH) {
    throw new DataError(
      `${what}: expected at most ${constants.MAX_LENGTH} bytes, the longest array of this Node, received ${end - begin}.`,
    );
  }
  const bytes = new Uint8Array(end - begin);
  const read = await readBytes(handle, bytes, dataStart + begin).catch((cause: Error) => {
    throw new DataError(`${what}: cannot be read: ${cause.message}.`, { cause });
  });
  if (read < bytes.length) {
    throw new DataError(
      `${what}: expected ${bytes.length} bytes, received ${read}: the file was cut short after it was opened.`,
    );
  }
  return decode(dtype, bytes.buffer);
}

function decode(dtype: ReadableDtype, buffer: ArrayBuffer): TensorValues {
  if (dtype === 'F16') return float16ToFloat32(new Uint16Array(buffer));
  if (dtype === 'BF16') return bfloat16ToFloat32(new Uint16Array(buffer));
  return new STORED_ARRAYS[dtype](buffer);
}

/** A few of the names; a checkpoint has hundreds. */
function namesOf(tensors: object): string {
  const names = Object.keys(tensors);
  if (names.length === 0) return 'none';
  const rest = names.length - 8;
  return names.slice(0, 8).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/**
 * Reads and checks the header of a safetensors file; the data are not read, however large they are.
 *
 * @param file a path, or an open file, which stays open
 * @param path names the file in errors, when `file` is an open one
 * @throws {@link DataError} when the file cannot be read, is cut short, or breaks a rule of the format: a header beyond
 * the file or 100 MB, a name that stands twice, an unknown type, offsets that overlap, leave a gap or fit no shape.
 * @example
 * ```ts
 * import { readSafetensorsHeader } from 'mvsa-fusion/safetensors';
 *
 * const { tensors, metadata } = await readSafetensorsHeader('./models/bert/model.safetensors');
 * console.log(Object.keys(tensors).length, metadata.format);
 * ```
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
