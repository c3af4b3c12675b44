import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Returns a folder that was made before, or makes it: all of it or nothing, also when two processes try at once.
 *
 * @param make fills the folder that it is given
 * @returns whether it had to be made
 */
export async function cachedFolder(
  folder: string,
  make: (temporary: string) => Promise<void>,
): Promise<boolean> {
  if (existsSync(folder)) return false;
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}.`);
  try {
    await make(temporary);
    await rename(temporary, folder).catch((error: NodeJS.ErrnoException) => {
      // Another process was first.
      if (!existsSync(folder)) throw error;
    });
    return true;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
