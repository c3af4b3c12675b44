import { existsSync, readFileSync, rmSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { TFJS_NODE_VERSION } from './check-machine';
import { NAPI_VERSION } from './compile-addon';
import { StepError } from './step-error';

/** Marks a tfjs-node that this script put there, which it may replace and remove. */
const MARKER = 'made-by-mvsa-fusion.json';

/** The packages that must exist once: tfjs-node takes the project's. */
const SHARED = ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu'];

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as { version: string };

/**
 * The folder of `node_modules` in which a project's own TensorFlow.js lies.
 *
 * @throws {@link StepError} when the project lacks a package that tfjs-node must share with it, or has another version.
 */
export function findPackages(project: string): string {
  for (let folder = project; ; folder = dirname(folder)) {
    const scope = join(folder, 'node_modules/@tensorflow');
    if (!existsSync(join(scope, 'tfjs-core'))) {
      if (folder !== dirname(folder)) continue;
      throw new StepError(
        `${project}: expected a project with @tensorflow/tfjs-core in its node_modules. Run npm ci (or npm i mvsa-fusion ` +
          '@tensorflow/tfjs-core @tensorflow/tfjs-layers) there first, or name another with --project.',
      );
    }
    for (const name of SHARED) {
      const manifest = join(scope, name, 'package.json');
      const version = existsSync(manifest) ? read(manifest).version : 'nothing';
      if (version !== TFJS_NODE_VERSION) {
        throw new StepError(
          `tfjs-node ${TFJS_NODE_VERSION} must share @tensorflow/${name} ${TFJS_NODE_VERSION} with the project; found ${version}. ` +
            `Run there: npm i @tensorflow/${name}@${TFJS_NODE_VERSION}`,
        );
      }
    }
    return scope;
  }
}

/** Whether npm, and not this script, put tfjs-node into the project. */
export function isInstalledByNpm(scope: string): boolean {
  return existsSync(join(scope, 'tfjs-node/package.json')) && !existsSync(join(scope, 'tfjs-node', MARKER));
}

/**
 * Puts tfjs-node with its addon into a project's `node_modules`, beside the TensorFlow.js that it shares.
 *
 * It must be a copy: Node looks for the packages that a linked folder requires beside the folder that the link leads
 * to, where there would be a second TensorFlow.js. Where npm has installed tfjs-node, only the addon is added.
 *
 * @param packages the `node_modules` that fetchTfjsNode filled
 * @param about what it is made of; where a copy of the same is there already, it stays
 * @returns whether anything was written
 */
export async function linkProject(
  scope: string,
  packages: string,
  addon: string,
  about: object,
): Promise<boolean> {
  const target = join(scope, 'tfjs-node');
  const place = (folder: string) => join(folder, `lib/napi-v${NAPI_VERSION}`);
  if (isInstalledByNpm(scope)) {
    await mkdir(place(target), { recursive: true });
    await copyFile(addon, join(place(target), 'tfjs_binding.node'));
    return true;
  }
  const marker = JSON.stringify(about, null, 2);
  if (existsSync(join(target, MARKER)) && readFileSync(join(target, MARKER), 'utf8') === marker) return false;
  const temporary = join(scope, `.tfjs-node-${process.pid}`);
  try {
    await copyPackage(join(packages, '@tensorflow/tfjs-node'), temporary);
    for (const name of await readdir(packages)) {
      if (name.startsWith('.') || name === '@tensorflow' || name === 'node-api-headers') continue;
      await cp(join(packages, name), join(temporary, 'node_modules', name), { recursive: true });
    }
    for (const name of await readdir(join(packages, '@tensorflow'))) {
      if (name === 'tfjs-node' || SHARED.includes(name)) continue;
      await copyPackage(
        join(packages, '@tensorflow', name),
        join(temporary, 'node_modules/@tensorflow', name),
      );
    }
    await mkdir(place(temporary), { recursive: true });
    await copyFile(addon, join(place(temporary), 'tfjs_binding.node'));
    await writeFile(join(temporary, MARKER), marker);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
    return true;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Takes back what {@link linkProject} did; returns whether there was anything. */
export function unlinkProject(scope: string): boolean {
  const target = join(scope, 'tfjs-node');
  if (!existsSync(join(target, MARKER))) return false;
  rmSync(target, { recursive: true, force: true });
  return true;
}

/** Copies what Node and the compiler of TypeScript read of a TensorFlow.js package, a tenth of its size. */
async function copyPackage(from: string, to: string): Promise<void> {
  const isNode = basename(from) === 'tfjs-node';
  await cp(from, to, {
    recursive: true,
    filter: (path) => {
      const [top, ...rest] = relative(from, path).split('/');
      if (!top || top === 'package.json' || top === 'LICENSE' || top === 'README.md') return true;
      if (top !== 'dist') return false;
      const last = rest.at(-1) ?? '';
      if (isNode) return !last.includes('_test.');
      return !/\.(js|map)$/.test(last) || last.endsWith('.node.js');
    },
  });
}
