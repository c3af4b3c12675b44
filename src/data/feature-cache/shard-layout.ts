import { encodeHeader, type HeaderEntry } from '../../safetensors/encode-header';
import type { SafetensorsTensorInfo } from '../../safetensors/safetensors-header';
import type { StoreLayout } from './store-layout';

/** Room of a shard. */
export interface ShardCapacity {
  /** How many rows fit. */
  readonly rows: number;
  /** How many positions of the length axis fit, over all rows; 0 in a store without one. */
  readonly positions: number;
}

/** Where everything lies in a shard's file, in bytes from its start. */
export interface ShardLayout extends ShardCapacity {
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
