import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/** What tfjs hands to a kernel. */
export type KernelCall = Parameters<KernelFunc>[0];

/** A kernel that may leave a case to the one it replaces. */
export type Replacement = (call: KernelCall, stock: KernelFunc) => ReturnType<KernelFunc>;

/** The kernel replaced, called with other inputs or attributes than the caller gave. */
export type Stock<Inputs, Attrs> = (inputs: Inputs, attrs: Attrs) => TensorInfo;

/** Turns a function with typed inputs and attributes into a kernel. */
export function replacement<Inputs, Attrs>(
  kernel: (
    backend: WasmBackend,
    inputs: Inputs,
    attrs: Attrs,
    stock: Stock<Inputs, Attrs>,
  ) => TensorInfo | TensorInfo[],
): Replacement {
  return ({ inputs, attrs, backend }, stock) =>
    kernel(
      backend as never,
      inputs as never,
      attrs as never,
      (newInputs, newAttrs) =>
        stock({
          inputs: newInputs,
          attrs: newAttrs,
          backend,
        } as never) as TensorInfo,
    );
}
