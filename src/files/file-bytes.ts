import type { FileHandle } from 'node:fs/promises';

/** One call takes at most 2 GiB on every system. */
const MOST_AT_ONCE = 2 ** 30;

/**
 * Reads bytes at a position until `target` is full or the file ends; reads may run at the same time.
 *
 * @returns how many bytes were read
 */
export async function readBytes(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const wanted = Math.min(target.length - done, MOST_AT_ONCE);
    const { bytesRead } = await handle.read(target, done, wanted, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** Writes all bytes at a position. */
export async function writeBytes(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const wanted = Math.min(bytes.length - done, MOST_AT_ONCE);
    const { bytesWritten } = await handle.write(bytes, done, wanted, position + done);
    done += bytesWritten;
  }
}
