import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DependencyError, OptionError } from '../../../errors';
import { loadOptional } from '../../../load-optional';
import { checkOptionNames } from '../../../options/check-option-names';
import { type TextTokenizer, transformersTokenizer } from '../preprocessing/text-tokenizer';
import { createOnnxSession, type OnnxRuntime, type OnnxSession, type SessionOptions } from './onnx-session';
import {
  findPackage,
  findTransformersPackage,
  type InstalledPackage,
  loadedOnnxRuntimes,
  refusal,
  TRANSFORMERS_PACKAGES,
  type TransformersName,
} from './transformers-package';

/** Which package brings tokenizers and ONNX Runtime. */
export interface TransformersRuntimeOptions {
  /**
   * `'huggingface'` for `@huggingface/transformers` 4, `'xenova'` for `@xenova/transformers` 2.17, or the imported module itself.
   *
   * @defaultValue the one that runs already, or else the first of the two that is installed
   */
  readonly package?: TransformersName | object;
}

/** Tokenizers and ONNX Runtime of one package. */
export interface TransformersRuntime {
  /** Such as `@huggingface/transformers`. */
  readonly packageName: string;
  /** Its version, such as `4.3.1`. */
  readonly version: string;
  /** The ONNX Runtime that the package brings. */
  readonly ort: OnnxRuntime;
  /**
   * Reads a tokenizer from a folder with tokenizer.json and tokenizer_config.json.
   *
   * @throws {@link DataError} when a file is missing or is no tokenizer.
   */
  loadTokenizer(folder: string): Promise<TextTokenizer>;
  /**
   * Loads an ONNX model.
   *
   * @param path path of the .onnx file
   * @throws {@link DataError} when it is missing or no model; {@link OptionError} for a wrong number of threads.
   */
  createSession(path: string, options?: SessionOptions): Promise<OnnxSession>;
}

/** What this library reads of an imported module. */
interface TransformersModule {
  readonly env?: { readonly version?: string; readonly __dirname?: string };
}

const PURPOSE = 'to run ONNX models';
/** On the global object, since two copies of this library in one process still share one ONNX Runtime. */
const RUNNING = Symbol.for('mvsa-fusion.onnxruntime');
const running = globalThis as { [RUNNING]?: { readonly name: string; readonly directory: string } };

/**
 * Finds the package that brings tokenizers and ONNX Runtime, and loads the latter; nothing is ever downloaded.
 *
 * A process has one ONNX Runtime, the one that comes with the package: two native copies in one process crash it.
 *
 * @throws {@link DependencyError} when no package is installed, its version does not do (3.x aborts with two worker threads),
 *   it does not load, or this process runs another ONNX Runtime already; {@link OptionError} for another value of `package`.
 */
export async function loadTransformersRuntime(
  options: TransformersRuntimeOptions = {},
): Promise<TransformersRuntime> {
  checkOptionNames('loadTransformersRuntime', options, { package: true });
  const wanted = options.package;
  const injected = typeof wanted === 'object' && wanted !== null ? wanted : null;
  if (wanted !== undefined && !injected && !Object.hasOwn(TRANSFORMERS_PACKAGES, String(wanted))) {
    throw new OptionError(
      `package: expected 'huggingface', 'xenova' or an imported module, received ${String(wanted)}.`,
    );
  }
  const found = injected
    ? packageOf(injected)
    : findTransformersPackage(wanted as TransformersName | undefined);
  const ort = loadOnnxRuntime(found);
  let transformers: Promise<object> | null = injected ? Promise.resolve(injected) : null;
  return {
    packageName: found.name,
    version: found.version,
    ort,
    async loadTokenizer(folder) {
      // Only now: a process that sees images alone needs no tokenizer.
      transformers ??= loadOptional<object>(found.name, PURPOSE);
      return transformersTokenizer(await transformers, folder);
    },
    createSession: (path, sessionOptions) => createOnnxSession(ort, path, sessionOptions),
  };
}

/** Where an imported module lies. */
function packageOf(module: TransformersModule): InstalledPackage {
  const { version, __dirname: directory } = module.env ?? {};
  if (typeof version !== 'string') {
    throw new OptionError(
      'package: expected the module that `import * as transformers from "@huggingface/transformers"` gives, received another object.',
    );
  }
  const { huggingface, xenova } = TRANSFORMERS_PACKAGES;
  const name = Number.parseInt(version, 10) >= 3 ? huggingface : xenova;
  const reason = refusal(name, version);
  if (reason) throw new DependencyError(reason);
  if (directory) return { name, version, directory };
  // It was imported, so its ONNX Runtime is loaded, and the only one.
  const [loaded, ...others] = loadedOnnxRuntimes();
  const place = findPackage(name, import.meta.url)?.directory;
  if (loaded && others.length === 0) return { name, version, directory: loaded };
  if (place) return { name, version, directory: place };
  throw new DependencyError(`${name}: its onnxruntime-node is not to be found. Run: npm i ${name}`);
}

function loadOnnxRuntime({ name, directory }: InstalledPackage): OnnxRuntime {
  // From the package's own place: another version may lie beside this library.
  const from = join(directory, 'index.js');
  const found = findPackage('onnxruntime-node', from);
  if (!found) {
    throw new DependencyError(
      `The package "${name}" is installed, and the package "onnxruntime-node" that it needs is not. Install it again: npm i ${name}`,
    );
  }
  const before = running[RUNNING];
  const other =
    before && before.directory !== found.directory
      ? `${before.name} (${before.directory})`
      : loadedOnnxRuntimes().find((loaded) => loaded !== found.directory);
  if (other) {
    throw new DependencyError(
      `Expected one ONNX Runtime in a process, received a second: ${name} brings ${found.directory}, and this process runs that of ${other}. Use one of the two packages in a process.`,
    );
  }
  running[RUNNING] = { name, directory: found.directory };
  try {
    const module = createRequire(from)('onnxruntime-node') as Omit<OnnxRuntime, 'version'>;
    return { InferenceSession: module.InferenceSession, Tensor: module.Tensor, version: found.version };
  } catch (cause) {
    delete running[RUNNING];
    throw new DependencyError(
      `The package "onnxruntime-node" ${found.version} of "${name}" does not load: ${(cause as Error).message}\nInstall it again: npm i ${name}`,
      { cause },
    );
  }
}
