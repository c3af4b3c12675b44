import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { runKernel } from './run-kernel';
import type { WasmBackend } from './wasm-backend';
import { withTemporaries } from './with-temporaries';

/**
 * x where it is not negative, alpha x elsewhere, with `alpha` broadcast to x.
 *
 * tfjs-backend-wasm 4.22 takes alpha for one value per channel, whatever its shape.
 *
 * @returns the shape of x, float32
 */
export function prelu(
  backend: WasmBackend,
  inputs: { readonly x: TensorInfo; readonly alpha: TensorInfo },
): TensorInfo {
  return withTemporaries(backend, (temporary) => {
    const floats = (x: TensorInfo) => temporary(runKernel(backend, 'Cast', { x }, { dtype: 'float32' }));
    const [x, alpha] = [floats(inputs.x), floats(inputs.alpha)];
    const out = runKernel(backend, 'Multiply', { a: x, b: alpha }, {});
    const scaled = backend.typedArrayFromHeap(out);
    const values = backend.typedArrayFromHeap(x);
    for (let index = 0; index < util.sizeFromShape(x.shape); index++) {
      const value = values[index] as number;
      if (value >= 0) scaled[index] = value;
    }
    return out;
  });
}
