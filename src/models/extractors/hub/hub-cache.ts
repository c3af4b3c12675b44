import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { writeFileAtomically } from '../../../files/write-file';

/** Where models of the hub are kept: `$XDG_CACHE_HOME/mvsa-fusion/models`, or the same in `~/.cache`. */
export function defaultCacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mvsa-fusion', 'models');
}

/** What the cache holds of one model: a folder for each commit, and beside them what is known of the model. */
interface HubCache {
  /** The folder of a commit's files. */
  folder(commit: string): string;
  /** Where the commit of a branch or tag is remembered. */
  refFile(revision: string): string;
  /** The commit that a branch or tag was when it was first asked for; null when it never was. */
  readCommit(revision: string): Promise<string | null>;
  /** Remembers it. */
  writeCommit(revision: string, commit: string): Promise<void>;
  /** The names of all files of a commit; null when they were never asked for. */
  readNames(commit: string): Promise<readonly string[] | null>;
  /** Remembers them. */
  writeNames(commit: string, names: readonly string[]): Promise<void>;
}

/** The cache of the model `id` in a directory. */
export function hubCache(directory: string, id: string): HubCache {
  const root = join(directory, id.replace('/', '--'));
  const refFile = (revision: string) => join(root, 'refs', encodeURIComponent(revision));
  const namesFile = (commit: string) => join(root, 'names', `${commit}.json`);
  return {
    folder: (commit) => join(root, commit),
    refFile,
    async readCommit(revision) {
      const text = await readFile(refFile(revision), 'utf8').catch(() => '');
      return isCommit(text.trim()) ? text.trim() : null;
    },
    async writeCommit(revision, commit) {
      await writeFileAtomically(refFile(revision), `${commit}\n`);
    },
    async readNames(commit) {
      try {
        const names: unknown = JSON.parse(await readFile(namesFile(commit), 'utf8'));
        return isListOfNames(names) ? names : null;
      } catch {
        return null;
      }
    },
    async writeNames(commit, names) {
      await writeFileAtomically(namesFile(commit), `${JSON.stringify(names, null, 1)}\n`);
    },
  };
}

/** Whether a revision is a commit, which never changes. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

function isListOfNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

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
