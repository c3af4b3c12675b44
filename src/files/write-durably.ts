import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MvsaFusionError } from '../errors';

/**
 * Writes a file whole or not at all, and creates its directory.
 *
 * A reader, or a crash half-way, finds the old content or the new one, never a part.
 *
 * @param content the whole content, or its pieces one after the other
 * @returns `file`
 * @throws {@link MvsaFusionError} when the file system refuses: names the file, the cause and what to do.
 */
export async function writeFileAtomically(
  file: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
): Promise<string> {
  // In the same directory, since a rename across file systems is not atomic.
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await writeFile(handle, content);
      // Before the rename, or a power cut could leave the new name with no content.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new MvsaFusionError(
      `Could not write ${file}: ${(cause as Error).message}. Choose a directory that can be written to and has free space.`,
      { cause },
    );
  }
  return file;
}

/**
 * Writes a file whole or not at all; once the promise resolves, a power cut cannot undo it.
 *
 * @param content the whole content, or its pieces one after the other
 * @throws {@link MvsaFusionError} when the file system refuses
 */
export async function writeDurably(
  file: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  await writeFileAtomically(file, content);
  await syncNames(dirname(file));
}

/** Systems that do not let a directory be opened or synced, such as Windows, answer so. */
const NOT_OFFERED = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'];

/** Makes new and deleted names in a directory last through a power cut, where the system lets it be synced. */
export async function syncNames(directory: string): Promise<void> {
  try {
    const handle = await open(directory);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Not in silence as a rule: older checkpoints are deleted once the names of the new one last.
    if (!NOT_OFFERED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

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
