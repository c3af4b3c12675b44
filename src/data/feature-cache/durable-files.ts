import { type FileHandle, open } from 'node:fs/promises';

/** One write call takes at most 2 GiB on every system. */
const MAX_WRITE = 2 ** 30;

/** Writes all bytes at a position. */
export async function writeBytes(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const wanted = Math.min(bytes.length - done, MAX_WRITE);
    const { bytesWritten } = await handle.write(bytes, done, wanted, position + done);
    done += bytesWritten;
  }
}

/** Makes new names in a directory last through a power cut, on systems that let a directory be synced. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory).catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
