import type { TensorInfo } from '@tensorflow/tfjs-core';
import { spreadAverages } from '../spread-averages';
import type { WasmBackend } from './wasm-backend';
import { type PoolAttrs, poolingWindow } from './window-2d';

/**
 * The gradient of average pooling, which tfjs 4.22 gets wrong where windows reach into the padding.
 *
 * @param inputs input [batch, height, width, channels], dy [batch, outHeight, outWidth, channels]; float32
 * @returns the shape of `input`
 */
export function avgPoolGrad(
  backend: WasmBackend,
  inputs: { readonly dy: TensorInfo; readonly input: TensorInfo },
  attrs: PoolAttrs,
): TensorInfo {
  const window = poolingWindow('AvgPoolGrad', inputs.input.shape, attrs);
  const out = backend.makeOutput(inputs.input.shape, 'float32');
  const dx = backend.typedArrayFromHeap(out).fill(0) as Float32Array;
  spreadAverages(window, backend.typedArrayFromHeap(inputs.dy), dx);
  return out;
}
