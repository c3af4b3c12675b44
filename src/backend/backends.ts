import * as tf from '@tensorflow/tfjs-core';
import { loadOptional } from '../load-optional';
import { guardWasm, watchFatalListeners } from './kernels/process-guards';
import { registerKernels } from './register-kernels';

/**
 * The backends that {@link selectBackend} knows, in the order in which it tries them: fastest first.
 *
 * To add one, name it here in its place, describe it in `backends` below, and list the kernels that it gets wrong in
 * kernel-replacements.ts.
 */
export const BACKEND_NAMES = ['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu'] as const;

/** One backend that {@link selectBackend} knows. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** How one backend is brought up. */
interface Backend {
  /** The name under which tfjs knows it. */
  readonly tfjsName: string;
  /** Loads the package that registers it. */
  load(): Promise<void>;
  /** After it became current: says why it is not wanted, or gives it this library's kernels. */
  prepare(): string | undefined;
}

/** Every backend and how it is brought up. */
export const backends: Readonly<Record<BackendName, Backend>> = {
  'tfjs-node-gpu': {
    tfjsName: 'tensorflow',
    load: () => loadNative('@tensorflow/tfjs-node-gpu'),
    prepare: () => {
      registerKernels('tensorflow');
      const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice?: boolean };
      return isUsingGpuDevice ? undefined : 'loaded, but it found no GPU';
    },
  },
  'tfjs-node': {
    tfjsName: 'tensorflow',
    load: () => loadNative('@tensorflow/tfjs-node'),
    prepare: () => {
      registerKernels('tensorflow');
      return undefined;
    },
  },
  wasm: {
    tfjsName: 'wasm',
    load: async () => {
      await import('@tensorflow/tfjs-backend-wasm');
      // Browsers with cross-origin isolation would take the threaded build, whose memory own kernels cannot reach.
      tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      removeFatalListeners = watchFatalListeners();
    },
    prepare: () => {
      removeFatalListeners();
      registerKernels('wasm', guardWasm);
      return undefined;
    },
  },
  cpu: {
    tfjsName: 'cpu',
    load: async () => {
      await import('@tensorflow/tfjs-backend-cpu');
    },
    prepare: () => {
      registerKernels('cpu');
      return undefined;
    },
  },
};

/** Set when wasm is about to start. */
let removeFatalListeners = () => {};

async function loadNative(packageName: string): Promise<void> {
  await restoreNodeUtil();
  // TensorFlow greets each start with its build options; warnings and errors stay.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  await loadOptional(packageName, 'to run on this backend');
}

/** tfjs-node 4.22 calls helpers that Node 23 removed from `node:util`. */
async function restoreNodeUtil(): Promise<void> {
  const { default: util } = (await import('node:util')) as unknown as { default: Record<string, unknown> };
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
