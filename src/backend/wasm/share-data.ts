import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/**
 * A second owner of a tensor's memory, which nothing may write to: tensors do not change.
 *
 * tfjs-backend-wasm 4.22 copies instead, and the gradient tape clones whatever it saves.
 */
export function shareData(backend: WasmBackend, x: TensorInfo): TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}
