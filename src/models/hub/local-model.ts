import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** The names of all files below a folder, with `/` between their parts. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return (
    entries
      // Without downloads under way: partial-file.ts names them so.
      .filter((entry) => !entry.isDirectory() && !/^\..*\.part$/.test(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort()
  );
}

/** Whether a path is a file. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
