import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { DataError, OptionError, ShapeError } from '../../errors';
import { readBytes } from '../../files/file-bytes';
import { encodeHeader, readSafetensorsHeader } from '../../files/safetensors';
import { writeFileDurably } from '../../files/write-file';
import type { CheckpointTensor, CheckpointTensors } from './checkpoint';
import type { StoredFile } from './checkpoint-record';

/** Bytes that are hashed at a time, so that other work gets its turn in between. */
const PIECE = 2 ** 22;

const DTYPES = [
  ['F32', Float32Array],
  ['I32', Int32Array],
  ['U8', Uint8Array],
] as const;

/** Tensors that were checked, in the order of the file. */
export interface PreparedTensors {
  /** All in front of the data. */
  readonly header: Uint8Array;
  /** The values of each tensor. */
  readonly data: readonly CheckpointTensor['data'][];
}

/**
 * Checks tensors and lays out their safetensors file, without a copy of their values.
 *
 * @param what names the tensors in errors
 * @throws {@link OptionError} or {@link ShapeError} naming the tensor that cannot be stored
 */
export function prepareTensors(tensors: CheckpointTensors, what: string): PreparedTensors {
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const dtype = DTYPES.find(([, type]) => tensor?.data instanceof type)?.[0];
    if (!dtype) {
      throw new OptionError(
        `${what}: tensor "${name}": expected data in a Float32Array, Int32Array or Uint8Array, received ${nameOf(tensor?.data)}.`,
      );
    }
    const { shape, data } = tensor;
    const count = shape.reduce((product, size) => product * size, 1);
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || count !== data.length) {
      throw new ShapeError(
        `${what}: tensor "${name}": expected ${count} values for shape [${shape.join(', ')}], received ${data.length}.`,
      );
    }
    return { name, dtype, shape, data };
  });
  // Wider types first, so that each tensor is aligned for programs that map the file.
  entries.sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  return { header: encodeHeader(entries).bytes, data: entries.map(({ data }) => data) };
}

/** Writes tensors to a safetensors file, durably; returns what is needed to tell whether it is still the same. */
export async function writeTensors(path: string, prepared: PreparedTensors): Promise<StoredFile> {
  const hash = createHash('sha256');
  const size = { bytes: 0 };
  await writeFileDurably(path, pieces(prepared, hash, size));
  return { name: basename(path), bytes: size.bytes, sha256: hash.digest('hex') };
}

function* pieces(
  { header, data }: PreparedTensors,
  hash: Hash,
  size: { bytes: number },
): Generator<Uint8Array> {
  const all = data.map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  for (const bytes of [header, ...all]) {
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      hash.update(piece);
      size.bytes += piece.length;
      yield piece;
    }
  }
}

/**
 * Reads a file of tensors and holds every byte against its SHA-256, in one pass.
 *
 * @throws {@link DataError} when the content is not what was written; errors of the file system as they are
 */
export async function readTensors(path: string, stored: StoredFile): Promise<CheckpointTensors> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    if (size !== stored.bytes) throw new DataError(`expected ${stored.bytes} bytes, received ${size}`);
    const { tensors, dataStart } = await readSafetensorsHeader(handle).catch((error: Error) => {
      throw error.cause === undefined ? new DataError('its header is damaged') : error;
    });
    const hash = createHash('sha256');
    const fill = async (bytes: Uint8Array, position: number) => {
      for (let at = 0; at < bytes.length; at += PIECE) {
        const piece = bytes.subarray(at, at + PIECE);
        if ((await readBytes(handle, piece, position + at)) < piece.length) {
          throw new DataError('it was cut short while it was read');
        }
        hash.update(piece);
      }
    };
    await fill(new Uint8Array(dataStart), 0);
    const inOrder = Object.entries(tensors).sort(
      ([, { dataOffsets: a }], [, { dataOffsets: b }]) => a[0] - b[0] || a[1] - b[1],
    );
    const read: [name: string, tensor: CheckpointTensor][] = [];
    for (const [name, { dtype, shape, dataOffsets }] of inOrder) {
      const type = DTYPES.find(([own]) => own === dtype)?.[1];
      if (!type) throw new DataError(`tensor "${name}": expected F32, I32 or U8, received ${dtype}`);
      const bytes = new Uint8Array(dataOffsets[1] - dataOffsets[0]);
      await fill(bytes, dataStart + dataOffsets[0]);
      read.push([name, { shape, data: new type(bytes.buffer) }]);
    }
    if (hash.digest('hex') !== stored.sha256)
      throw new DataError('its content is not what was written (SHA-256)');
    return Object.fromEntries(read);
  } finally {
    await handle.close();
  }
}

function nameOf(data: unknown): string {
  return (data as object | null | undefined)?.constructor?.name ?? String(data);
}
