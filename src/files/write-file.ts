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
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await createFile(file, (empty) => writeFile(empty, content));
    await handle.close();
  } catch (cause) {
    throw writeError(file, cause);
  }
  return file;
}

/**
 * Writes a file as {@link writeFileAtomically} does; once the promise resolves, a power cut cannot undo it.
 *
 * @param content the whole content, or its pieces one after the other
 * @throws {@link MvsaFusionError} when the file system refuses: names the file, the cause and what to do.
 */
export async function writeFileDurably(
  file: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  await writeFileAtomically(file, content);
  await syncDirectory(dirname(file)).catch((cause) => {
    throw writeError(file, cause);
  });
}

/**
 * Creates a file that takes its name, and the place of a file that had it, only when it is filled and on the disk.
 *
 * @param fill writes to the empty file
 * @returns the file, still open, for reading and writing
 * @throws errors of the file system, and of `fill`, as they are; nothing is left behind
 */
export async function createFile(
  file: string,
  fill: (empty: FileHandle) => Promise<unknown>,
): Promise<FileHandle> {
  const temporary = temporaryPath(file);
  const handle = await open(temporary, 'wx+');
  try {
    await fill(handle);
    // Before the rename, or a power cut could leave the new name with no content.
    await handle.sync();
    await rename(temporary, file);
    return handle;
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** What a file is called until it takes its name: in the same directory, since a rename across file systems is not atomic. */
export function temporaryPath(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
}

/** Systems that do not let a directory be opened or synced, such as Windows, answer so. */
const NOT_OFFERED = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'];

/**
 * Makes new and deleted names in a directory last through a power cut, where the system lets a directory be synced.
 *
 * @throws errors of the file system as they are: who deletes an old file once the name of the new one lasts must learn of them
 */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!NOT_OFFERED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** The error of a file that could not be written: names it, the cause and what to do. */
export function writeError(file: string, cause: unknown): MvsaFusionError {
  return new MvsaFusionError(
    `Could not write ${file}: ${(cause as Error).message}. Choose a directory that can be written to and has free space.`,
    { cause },
  );
}
