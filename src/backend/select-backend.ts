import * as tf from '@tensorflow/tfjs-core';
import { BackendError, DependencyError } from '../errors';
import { checkOptionNames } from '../options/check-option-names';
import type { OptionTable } from '../options/option-table';
import { rule } from '../options/rules';
import { BACKEND_NAMES, type BackendName, backends } from './backends';
import { smokeTest } from './smoke-test';

/** Options of {@link selectBackend}. */
export interface SelectBackendOptions {
  /**
   * Take this backend and no other.
   *
   * @defaultValue the environment variable `MVSA_FUSION_BACKEND`, else the first that works
   */
  readonly backend?: BackendName;
}

/** All options of {@link selectBackend}, and the flag of command lines; a name is checked where the environment's is. */
export const BACKEND_OPTIONS: OptionTable<SelectBackendOptions> = {
  backend: {
    rule: rule('the name of a backend', () => true, BACKEND_NAMES),
    help: 'TensorFlow.js backend (default: the fastest that works)',
  },
};

/** What {@link selectBackend} found. */
export interface SelectedBackend {
  /** The backend that runs from now on. */
  readonly backend: BackendName;
  /** Its name in tfjs, as `tf.getBackend()` returns it. */
  readonly tfjsName: string;
  /** Every backend tried, in order; the last is the one taken. */
  readonly tried: readonly BackendTrial[];
  /** The same in one line, for a log. */
  readonly summary: string;
}

/**
 * The backend asked for by an option or else by the environment, if any.
 *
 * @throws {@link BackendError} when there is none of that name.
 */
export function requestedBackend(options: SelectBackendOptions): BackendName | undefined {
  const fromEnvironment = typeof process === 'undefined' ? undefined : process.env.MVSA_FUSION_BACKEND;
  const requested = options.backend ?? (fromEnvironment || undefined);
  if (requested === undefined || (BACKEND_NAMES as readonly string[]).includes(requested)) {
    return requested as BackendName | undefined;
  }
  const origin =
    options.backend === undefined ? 'The environment variable MVSA_FUSION_BACKEND' : 'Option backend';
  throw new BackendError(`${origin} must be one of ${BACKEND_NAMES.join(', ')}; received '${requested}'.`);
}

/**
 * Chooses the fastest TensorFlow.js backend that works here and makes it the current one.
 *
 * Tries tfjs-node-gpu (taken only if it runs on a GPU), tfjs-node, wasm and cpu in this order. Each must pass a small
 * forward and gradient test. On wasm it also registers this library's kernels, without which tfjs 4.22 cannot train
 * an embedding there and runs each dense gradient in scalar code. Nothing else in this library changes the backend.
 *
 * @throws {@link BackendError} when a requested backend does not work, or none does; names every reason.
 * @example
 * ```ts
 * import { selectBackend } from 'mvsa-fusion/backend';
 *
 * const { summary } = await selectBackend();
 * console.log(summary); // "wasm (passed over: tfjs-node-gpu, tfjs-node: not installed)"
 * ```
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<SelectedBackend> {
  checkOptionNames('selectBackend', options, BACKEND_OPTIONS);
  const requested = requestedBackend(options);
  const before = tf.engine().backendName;
  const tried = await tryBackends(requested ? [requested] : BACKEND_NAMES);
  const taken = tried.at(-1);
  if (taken?.taken) {
    const { backend } = taken;
    return { backend, tfjsName: backends[backend].tfjsName, tried, summary: summarise(backend, tried) };
  }
  if (before) await tf.setBackend(before);
  const reasons = tried.map(({ backend, reason }) => `${backend}: ${reason}`).join('; ');
  throw new BackendError(
    requested
      ? `The requested TensorFlow.js backend does not work. ${reasons}. Leave the choice open to take another.`
      : `No TensorFlow.js backend works here. ${reasons}.`,
  );
}

function summarise(taken: BackendName, tried: readonly BackendTrial[]): string {
  const passedOver = new Map<string, string[]>();
  for (const { backend, reason } of tried) {
    if (backend !== taken) passedOver.set(reason, [...(passedOver.get(reason) ?? []), backend]);
  }
  const reasons = [...passedOver].map(([reason, names]) => `${names.join(', ')}: ${reason}`);
  return reasons.length > 0 ? `${taken} (passed over: ${reasons.join('; ')})` : taken;
}

/** One backend that was tried. */
export interface BackendTrial {
  /** Its name. */
  readonly backend: BackendName;
  /** Whether it runs now. */
  readonly taken: boolean;
  /** Why it was passed over; empty for the one taken. */
  readonly reason: string;
}

/**
 * Brings up one backend after the other until one works, which is then the current one.
 *
 * @returns every backend tried, in order; the last is taken unless none works
 */
export async function tryBackends(names: readonly BackendName[]): Promise<BackendTrial[]> {
  const tried: BackendTrial[] = [];
  for (const backend of names) {
    const reason = await tryBackend(backend);
    tried.push({ backend, taken: reason === undefined, reason: reason ?? '' });
    if (reason === undefined) break;
  }
  return tried;
}

/** Brings one backend up; returns why it is passed over, or undefined when it runs. */
async function tryBackend(name: BackendName): Promise<string | undefined> {
  const { tfjsName, load, prepare } = backends[name];
  try {
    await load();
    if (!(await tf.setBackend(tfjsName))) return 'tfjs could not initialise it';
    await tf.ready();
    return prepare() ?? (await smokeTest());
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof DependencyError && message.includes('not installed')) return 'not installed';
    return message.split('\n')[0];
  }
}
