import type { FileHandle } from 'node:fs/promises';

/** One read call takes at most 2 GiB on every system. */
const MAX_READ = 2 ** 30;

/**
 * Reads bytes at a position until `target` is full or the file ends; reads may run at the same time.
 *
 * @returns how many bytes were read
 */
export async function readBytes(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const wanted = Math.min(target.length - done, MAX_READ);
    const { bytesRead } = await handle.read(target, done, wanted, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
