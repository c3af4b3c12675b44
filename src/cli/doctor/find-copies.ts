import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstalledCopies } from './diagnosis';
import { type FoundPackage, resolvePackage } from './resolve-package';

/** The packages that keep a registry: of kernels, of layer classes. */
const SINGLE = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'] as const;

/** The packages through which another copy may come in. */
const USERS = [
  'tfjs',
  'tfjs-backend-cpu',
  'tfjs-backend-wasm',
  'tfjs-converter',
  'tfjs-data',
  'tfjs-layers',
  'tfjs-node',
  'tfjs-node-gpu',
].map((name) => `@tensorflow/${name}`);

/**
 * The copies of TensorFlow.js that this package, the project in a folder, and their TensorFlow.js packages would load.
 */
export function findCopies(
  project: string = process.cwd(),
  own: string = dirname(realpathSync(fileURLToPath(import.meta.url))),
): InstalledCopies[] {
  const roots = [own, project];
  const users = roots.flatMap((root) => USERS.flatMap((name) => resolvePackage(name, root)?.folder ?? []));
  // What tfjs-node brings may itself bring more.
  const nested = users.flatMap((user) => USERS.flatMap((name) => resolvePackage(name, user)?.folder ?? []));
  const places = new Set([...roots, ...users, ...nested]);
  return SINGLE.map((name) => {
    const copies = new Map<string, FoundPackage>();
    for (const place of places) {
      const found = resolvePackage(name, place);
      if (found) copies.set(found.folder, found);
    }
    return { name, copies: [...copies.values()] };
  });
}
