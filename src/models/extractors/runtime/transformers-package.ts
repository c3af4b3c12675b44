import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DependencyError } from '../../../errors';

/** Short names of the two packages that bring a tokenizer and ONNX Runtime; the preferred one first. */
export const TRANSFORMERS_PACKAGES = {
  huggingface: '@huggingface/transformers',
  xenova: '@xenova/transformers',
} as const;

/** `'huggingface'` or `'xenova'`. */
export type TransformersName = keyof typeof TRANSFORMERS_PACKAGES;

/** An installed package. */
export interface InstalledPackage {
  /** Such as `@huggingface/transformers`. */
  readonly name: string;
  /** Such as `4.3.1`. */
  readonly version: string;
  /** Where its package.json is. */
  readonly directory: string;
}

const INSTALL = `npm i ${TRANSFORMERS_PACKAGES.huggingface}`;

/**
 * Finds the package to use, without loading it.
 *
 * @param wanted one of the two; undefined: the first that is installed in a version that works, or whose ONNX Runtime runs already
 * @param from the file or URL whose `node_modules` are searched
 * @throws {@link DependencyError} when none is installed, or none in a version that works.
 */
export function findTransformersPackage(
  wanted: TransformersName | undefined,
  from: string = import.meta.url,
): InstalledPackage {
  const names = wanted ? [wanted] : (Object.keys(TRANSFORMERS_PACKAGES) as TransformersName[]);
  const installed = names.flatMap((name) => findPackage(TRANSFORMERS_PACKAGES[name], from) ?? []);
  const usable = installed.filter((found) => refusal(found.name, found.version) === null);
  const running = loadedOnnxRuntimes();
  const chosen =
    usable.find((found) =>
      running.includes(findPackage('onnxruntime-node', join(found.directory, 'x'))?.directory ?? ''),
    ) ?? usable[0];
  if (chosen) return chosen;
  if (installed.length === 0) {
    const list = names.map((name) => `"${TRANSFORMERS_PACKAGES[name]}"`).join(' or ');
    const command = wanted ? `npm i ${TRANSFORMERS_PACKAGES[wanted]}` : INSTALL;
    throw new DependencyError(
      `The optional package ${list} is needed to run ONNX models, and it is not installed. Run: ${command}`,
    );
  }
  throw new DependencyError(installed.map((found) => refusal(found.name, found.version)).join('\n'));
}

/** Why a version does not do; null when it does. */
export function refusal(name: string, version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (name === TRANSFORMERS_PACKAGES.huggingface) {
    if (major === 4) return null;
    const reason = major === 3 ? ': version 3 aborts the process when two worker threads use it' : '';
    return `${name}: expected version 4, received ${version}${reason}. Run: npm i ${name}@4`;
  }
  if (major === 2 && minor >= 17) return null;
  return `${name}: expected version 2.17, received ${version}. Run: npm i ${name}@2.17`;
}

/** The package as `from` would import it; null when it is not there. */
export function findPackage(name: string, from: string): InstalledPackage | null {
  let directory: string;
  try {
    directory = dirname(createRequire(from).resolve(name));
  } catch {
    return null;
  }
  for (;;) {
    try {
      const found = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
      // Folders inside a package may hold a package.json that only says how its modules are written.
      if (found.name === name) return { name, version: String(found.version), directory };
    } catch {}
    const parent = dirname(directory);
    if (parent === directory) return null;
    directory = parent;
  }
}

/** The directories of every ONNX Runtime whose native library this thread has loaded. */
export function loadedOnnxRuntimes(): string[] {
  const { cache } = createRequire(import.meta.url);
  const found = Object.keys(cache).flatMap((file) => {
    const match = /^(.*[\\/]onnxruntime-node)[\\/].*\.node$/.exec(file);
    return match ? [match[1] as string] : [];
  });
  return [...new Set(found)];
}
