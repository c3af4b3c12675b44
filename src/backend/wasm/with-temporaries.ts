import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/** Notes a tensor for release and returns it. */
export type Temporary = <T extends TensorInfo>(x: T) => T;

/** Runs a composed kernel and releases what it noted as temporary, also when it fails half way. */
export function withTemporaries<T>(backend: WasmBackend, use: (temporary: Temporary) => T): T {
  const temporaries: TensorInfo[] = [];
  try {
    return use((x) => {
      temporaries.push(x);
      return x;
    });
  } finally {
    for (const { dataId } of temporaries) backend.disposeData(dataId);
  }
}
