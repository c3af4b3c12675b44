import {
  findBackend,
  getKernel,
  type KernelFunc,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { BackendError } from '../errors';
import { type KernelReplacement, kernelReplacements, type ReplacedBackend } from './kernel-replacements';
import type { Replacement, Stock } from './kernels/replacement';

/** The kernels registered here, which are never replaced again. */
const registered = new WeakSet<KernelFunc>();

/**
 * Puts this library's kernels in the place of those of a backend, as {@link kernelReplacements} lists them.
 *
 * A second call does nothing more.
 *
 * @param setup prepares the backend too: the one that runs, and any of this name that starts later; may be called again
 */
export function registerKernels(
  backendName: ReplacedBackend,
  setup: (backend: object) => void = () => {},
): void {
  const running = findBackend(backendName);
  if (running) setup(running);
  for (const { kernels, replacement } of kernelReplacements[backendName]) {
    for (const kernelName of kernels) replaceKernel(backendName, kernelName, replacement, setup);
  }
}

function replaceKernel(
  backendName: ReplacedBackend,
  kernelName: string,
  replacement: KernelReplacement['replacement'],
  setup: (backend: object) => void,
): void {
  const current = getKernel(kernelName, backendName);
  if (current && registered.has(current.kernelFunc)) return;
  const kernel = replacement === 'refused' ? refuse(backendName, kernelName) : replacement;
  const kernelFunc = asKernelFunc(kernel, current?.kernelFunc);
  registered.add(kernelFunc);
  if (current) unregisterKernel(kernelName, backendName);
  registerKernel({
    ...current,
    kernelName,
    backendName,
    kernelFunc,
    // A backend that starts later sets up the compiled kernel too.
    setupFunc: (backend) => {
      current?.setupFunc?.(backend);
      setup(backend);
    },
  });
}

function asKernelFunc(replacement: Replacement, stockFunc: KernelFunc | undefined): KernelFunc {
  const stock: Stock<never, never> | undefined =
    stockFunc &&
    ((backend, inputs, attrs) => stockFunc({ inputs, attrs, backend: backend as object }) as never);
  return ({ inputs, attrs, backend }) =>
    replacement(backend as never, inputs as never, attrs as never, stock as never);
}

/** A kernel that tfjs 4.22 computes wrongly and this library does not need. */
function refuse(backendName: ReplacedBackend, kernel: string): Replacement {
  return () => {
    throw new BackendError(
      `${kernel} is wrong on ${backendName} in tfjs 4.22 and this library has no other for it. Run this part on another ` +
        "backend: await selectBackend({ backend: 'cpu' }).",
    );
  };
}
