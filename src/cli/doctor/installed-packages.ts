import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstalledCopies, OptionalPackage } from './diagnosis';

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

const PURPOSES = {
  '@tensorflow/tfjs-node': 'training in native code',
  '@tensorflow/tfjs-node-gpu': 'training on an NVIDIA GPU with CUDA 11.2',
  '@huggingface/transformers': 'BERT and ResNet50 as frozen extractors',
  '@xenova/transformers': 'the same on older models (one of the two is enough)',
  sharp: 'decoding images',
  vega: 'charts in reports',
} as const;

/** Every optional package, with the version that this package would load. */
export function findOptionalPackages(
  own: string = dirname(fileURLToPath(import.meta.url)),
): OptionalPackage[] {
  return Object.entries(PURPOSES).map(([name, purpose]) => ({
    name,
    version: resolvePackage(name, own)?.version ?? null,
    purpose,
  }));
}

/** One package as Node finds it. */
interface FoundPackage {
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
