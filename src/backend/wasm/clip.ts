import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/**
 * Numbers held between two limits; NaN stays NaN.
 *
 * tfjs-backend-wasm 4.22 turns NaN into the lower limit, which hides it from whoever looks for it, and computes int32
 * on the bits of floats.
 *
 * @param x float32, int32 or bool
 */
export function clip(backend: WasmBackend, x: TensorInfo, low: number, high: number): TensorInfo {
  const out = backend.makeOutput(x.shape, x.dtype);
  const to = backend.typedArrayFromHeap(out);
  const from = backend.typedArrayFromHeap(x);
  for (let index = 0; index < from.length; index++) {
    to[index] = Math.min(Math.max(from[index] as number, low), high);
  }
  return out;
}
