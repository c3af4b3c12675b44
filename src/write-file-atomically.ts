import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MvsaFusionError } from './errors';

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
