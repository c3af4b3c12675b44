import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomically } from '../../write-file-atomically';

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
