import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One package as Node finds it. */
export interface FoundPackage {
  readonly version: string;
  /** Where it really lies, links resolved. */
  readonly folder: string;
}

/** Finds a package as code in a folder would, without loading it and whatever its `exports` hide. */
export function resolvePackage(name: string, from: string): FoundPackage | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(manifest)) {
      const { version = 'unknown' } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string };
      return { version, folder: realpathSync(dirname(manifest)) };
    }
    if (folder === dirname(folder)) return undefined;
  }
}
