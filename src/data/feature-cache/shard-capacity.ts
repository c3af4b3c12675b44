import { KEY_BYTES, type ShardCapacity } from './shard-layout';
import type { StoreLayout } from './store-layout';

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
