import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/** An element-wise kernel in plain JavaScript; the type stays. */
function elementwise(of: (x: number) => number) {
  return (backend: WasmBackend, { x }: { readonly x: TensorInfo }): TensorInfo => {
    const out = backend.makeOutput(x.shape, x.dtype);
    const to = backend.typedArrayFromHeap(out);
    const from = backend.typedArrayFromHeap(x);
    for (let index = 0; index < from.length; index++) to[index] = of(from[index] as number);
    return out;
  };
}

/** -1, 0 or 1; 0 for NaN, as cpu gives. tfjs-backend-wasm 4.22 gives 0 for whatever is below 1.2e-7. */
export const sign = elementwise((x) => (x > 0 ? 1 : x < 0 ? -1 : 0));

/** log(1 + x). tfjs-backend-wasm 4.22 adds first, and loses every x below 6e-8. */
export const log1p = elementwise(Math.log1p);
