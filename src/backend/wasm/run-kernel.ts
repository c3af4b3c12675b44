import { getKernel, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/** Calls a kernel that tfjs-backend-wasm registered, outside of the gradient tape. */
export function runKernel(
  backend: WasmBackend,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  attrs: Readonly<Record<string, unknown>>,
): TensorInfo {
  const { kernelFunc } = getKernel(name, 'wasm') as KernelConfig;
  return kernelFunc({ inputs, backend, attrs: attrs as never }) as TensorInfo;
}
