import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../errors';
import { readBytes } from '../../safetensors/read-bytes';
import { readSafetensorsHeader } from '../../safetensors/read-safetensors-header';
import { writeBytes } from './durable-files';
import { type ShardLayout, shardLayout } from './shard-layout';
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
  const temporary = join(directory, `.${name}.tmp`);
  const handle = await open(temporary, 'wx+');
  try {
    await handle.truncate(layout.fileBytes);
    await writeBytes(handle, layout.header, 0);
    await handle.sync();
    await rename(temporary, join(directory, name));
    return { handle, layout };
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
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
