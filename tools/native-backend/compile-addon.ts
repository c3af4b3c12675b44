import { join } from 'node:path';
import { LIBRARIES } from './fetch-tensorflow';
import { runTool } from './run-tool';
import { StepError } from './step-error';

/** The version of Node-API that Node 20 and later offer and tfjs-node looks for. */
export const NAPI_VERSION = 8;

/** What {@link compileAddon} is made of. */
export interface AddonParts {
  /** Holds the libraries, and `include`. */
  readonly tensorflow: string;
  /** The `node_modules` with tfjs-node and node-api-headers. */
  readonly packages: string;
  /** The compiler. */
  readonly compiler: string;
}

const NM_REMEDY = 'nm comes with the compiler (Debian, Ubuntu: apt-get install binutils).';
const COMPILER_REMEDY =
  'A C++17 compiler builds the addon. Debian, Ubuntu: apt-get install g++. Another: --compiler NAME.';

/**
 * Looks for the programs that {@link compileAddon} runs, which is better done before a long download.
 *
 * @throws {@link MissingError} without them.
 */
export async function checkCompiler(compiler: string): Promise<void> {
  await runTool(compiler, ['--version'], { remedy: COMPILER_REMEDY });
  await runTool('nm', ['--version'], { remedy: NM_REMEDY });
}

/**
 * Compiles tfjs-node's addon against the libraries of a wheel.
 *
 * @returns how many functions of TensorFlow's C API it uses
 * @throws {@link StepError} without a compiler, or where the libraries lack a function that the addon calls.
 */
export async function compileAddon(parts: AddonParts, output: string): Promise<number> {
  const { tensorflow, packages, compiler } = parts;
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) =>
    join(packages, '@tensorflow/tfjs-node/binding', file),
  );
  const libraries = LIBRARIES.map((library) => join(tensorflow, library));
  const includes = [join(tensorflow, 'include'), join(packages, 'node-api-headers/include')];
  await runTool(
    compiler,
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', `-DNAPI_VERSION=${NAPI_VERSION}`],
      ...includes.map((folder) => `-I${folder}`),
      ...sources,
      ...libraries,
      // The libraries are found where they lie, so nothing of their size is copied.
      `-Wl,-rpath,${tensorflow}`,
      ...['-o', output],
    ],
    {
      remedy: COMPILER_REMEDY,
    },
  );
  const needed = await symbols('--undefined-only', [output]);
  const offered = new Set(await symbols('--defined-only', libraries));
  const missing = needed.filter((name) => !offered.has(name));
  if (missing.length > 0) {
    throw new StepError(
      `TensorFlow's libraries lack ${missing.length} of the ${needed.length} functions that tfjs-node calls: ` +
        `${missing.join(', ')}. Take another version: --tensorflow VERSION (tried: see docs/backends.md).`,
    );
  }
  return needed.length;
}

/** The functions of TensorFlow's C API among the dynamic symbols of libraries. */
async function symbols(which: string, files: readonly string[]): Promise<string[]> {
  const printed = await runTool('nm', ['-D', which, ...files], {
    remedy: NM_REMEDY,
  });
  return [...printed.matchAll(/ (TFE?_\w+)/g)].map(([, name]) => name as string);
}
