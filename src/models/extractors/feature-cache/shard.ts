import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../../errors';
import { readBytes, writeBytes } from '../../../files/file-bytes';
import {
  encodeHeader,
  type HeaderEntry,
  readSafetensorsHeader,
  type SafetensorsTensorInfo,
} from '../../../files/safetensors';
import { createFile } from '../../../files/write-file';
import type { StoreLayout } from './store-layout';

/** An open shard. */
export interface ShardFile {
  /** The open file. */
  readonly handle: FileHandle;
  /** Where everything lies in it. */
  readonly layout: ShardLayout;
}

/**
 * Creates an empty shard of full size; the file system gives it space as rows come, where it can.
 *
 * The file takes its name only when it is complete, so that whoever finds it can read it.
 */
export async function createShard(directory: string, name: string, layout: ShardLayout): Promise<ShardFile> {
  const handle = await createFile(join(directory, name), async (empty) => {
    await empty.truncate(layout.fileBytes);
    await writeBytes(empty, layout.header, 0);
  });
  return { handle, layout };
}

/**
 * Opens a shard for reading.
 *
 * @throws {@link DataError} when it is missing, cut short, damaged in its header, or of another store
 */
export async function openShard(store: StoreLayout, name: string): Promise<ShardFile> {
  const path = join(store.directory, name);
  const handle = await open(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new DataError(`${path}: expected a shard, which is not there.`, { cause });
  });
  try {
    const { tensors, dataStart } = await readSafetensorsHeader(handle, path);
    const ragged = store.tensors.find(({ isRagged }) => isRagged);
    const layout = shardLayout(store, {
      rows: tensors.row_keys?.shape[0] ?? 0,
      positions: ragged ? (tensors[ragged.name]?.shape[0] ?? 0) : 0,
    });
    const header = Buffer.alloc(dataStart);
    await readBytes(handle, header, 0);
    if (!header.equals(layout.header)) {
      throw new DataError(`${path}: expected the header of a shard of this store, received another.`);
    }
    return { handle, layout };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Room of a shard. */
interface ShardCapacity {
  /** How many rows fit. */
  readonly rows: number;
  /** How many positions of the length axis fit, over all rows; 0 in a store without one. */
  readonly positions: number;
}

/** Where everything lies in a shard's file, in bytes from its start. */
interface ShardLayout extends ShardCapacity {
  /** The file's first bytes. */
  readonly header: Uint8Array;
  /** Size of the file. */
  readonly fileBytes: number;
  /** Keys of the rows, 32 bytes each; zeros where there is no row. */
  readonly keysAt: number;
  /** First position of each row, 8 bytes each; only in a store with a length axis. */
  readonly startsAt: number;
  /** Number of positions of each row, 8 bytes each; only in a store with a length axis. */
  readonly lengthsAt: number;
  /** The store's tensors, in the order of its layout. */
  readonly tensorsAt: readonly number[];
}

/** Bytes of a key. */
export const KEY_BYTES = 32;

/**
 * The layout of a shard, which is a whole safetensors file from the start: its header describes all of its room.
 *
 * The same store and room give the same header to the byte.
 */
export function shardLayout(store: StoreLayout, { rows, positions }: ShardCapacity): ShardLayout {
  const entries: HeaderEntry[] = [{ name: 'row_keys', dtype: 'U8', shape: [rows, KEY_BYTES] }];
  if (store.isRagged) {
    entries.push({ name: 'row_starts', dtype: 'I64', shape: [rows] });
    entries.push({ name: 'row_lengths', dtype: 'I64', shape: [rows] });
  }
  const dtype = store.dtype === 'float16' ? 'F16' : 'F32';
  for (const { name, isRagged, innerShape } of store.tensors) {
    entries.push({ name, dtype, shape: [isRagged ? positions : rows, ...innerShape] });
  }
  const { bytes, tensors, fileBytes } = encodeHeader(entries, {
    format: 'mvsa-fusion feature shard',
    store: store.hash,
    config: store.config,
  });
  const at = (name: string) => {
    const info: SafetensorsTensorInfo | undefined = tensors[name];
    return info ? bytes.length + info.dataOffsets[0] : 0;
  };
  return {
    rows,
    positions,
    header: bytes,
    fileBytes,
    keysAt: at('row_keys'),
    startsAt: at('row_starts'),
    lengthsAt: at('row_lengths'),
    tensorsAt: store.tensors.map(({ name }) => at(name)),
  };
}

/** Size of the first shard of a process, in bytes; each further one is twice as large, up to the store's own size. */
const FIRST_SHARD_BYTES = 2 ** 24;

/**
 * The room of a process' next shard, for rows about as long as those at hand, and for the first of them at least.
 *
 * @param shards how many shards the process has made before
 * @param lengths of the rows to be stored, at least one
 */
export function shardCapacity(
  { tensors, isRagged, shardBytes }: StoreLayout,
  shards: number,
  lengths: readonly number[],
): ShardCapacity {
  const target = Math.min(shardBytes, FIRST_SHARD_BYTES * 2 ** Math.min(shards, 20));
  const bytesOf = (ragged: boolean) =>
    tensors.reduce((sum, tensor) => (tensor.isRagged === ragged ? sum + tensor.unitBytes : sum), 0);
  const rowBytes = bytesOf(false) + KEY_BYTES + (isRagged ? 16 : 0);
  if (!isRagged) return { rows: Math.max(1, Math.floor(target / rowBytes)), positions: 0 };

  const meanLength = Math.max(1, lengths.reduce((sum, length) => sum + length, 0) / lengths.length);
  const rows = Math.max(1, Math.floor(target / (rowBytes + meanLength * bytesOf(true))));
  return { rows, positions: Math.max(Math.ceil(rows * meanLength), lengths[0] ?? 0) };
}
