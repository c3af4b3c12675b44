import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/**
 * One number of `depth` set for each index, none where the index is out of range.
 *
 * tfjs-backend-wasm 4.22 writes integers whatever the type asked for.
 *
 * @param inputs indices of any shape, int32
 * @returns [...indices, depth]
 */
export function oneHot(
  backend: WasmBackend,
  inputs: { readonly indices: TensorInfo },
  attrs: {
    readonly dtype: DataType;
    readonly depth: number;
    readonly onValue: number;
    readonly offValue: number;
  },
): TensorInfo {
  const { depth, onValue, offValue } = attrs;
  const out = backend.makeOutput([...inputs.indices.shape, depth], attrs.dtype);
  const values = backend.typedArrayFromHeap(out).fill(offValue);
  for (const [row, index] of backend.typedArrayFromHeap(inputs.indices).entries()) {
    if (index >= 0 && index < depth) values[row * depth + index] = onValue;
  }
  return out;
}
