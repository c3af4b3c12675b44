import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { BackendError } from '../../errors';
import { runKernel } from './run-kernel';
import type { WasmBackend } from './wasm-backend';

const KERNELS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  prelu: 'Prelu',
  leakyrelu: 'LeakyRelu',
};

/** Refuses an activation of a fused operation that wasm lacks. */
export function checkActivation(operation: string, activation: string | undefined): void {
  const kernel = activation && KERNELS[activation];
  if (!activation || activation === 'linear' || (kernel && getKernel(kernel, 'wasm'))) return;
  throw new BackendError(
    `${operation}: expected an activation of linear, ${Object.keys(KERNELS).join(', ')} on wasm, received ` +
      `'${activation}'. Apply it to the result of the operation without an activation.`,
  );
}

/** The last steps of a fused operation: adds a bias, applies an activation, and releases what came before. */
export function finish(
  backend: WasmBackend,
  result: TensorInfo,
  steps: {
    readonly bias?: TensorInfo | null;
    readonly activation?: string;
    readonly preluActivationWeights?: TensorInfo | null;
    readonly leakyreluAlpha?: number;
  },
): TensorInfo {
  let out = result;
  const replace = (name: string, inputs: Record<string, TensorInfo>, attrs = {}) => {
    try {
      const next = runKernel(backend, name, inputs, attrs);
      backend.disposeData(out.dataId);
      out = next;
    } catch (error) {
      backend.disposeData(out.dataId);
      throw error;
    }
  };
  const { bias, activation, preluActivationWeights: alpha, leakyreluAlpha } = steps;
  if (bias) replace('Add', { a: out, b: bias });
  const kernel = activation && KERNELS[activation];
  if (kernel) replace(kernel, alpha ? { x: out, alpha } : { x: out }, { alpha: leakyreluAlpha });
  return out;
}
