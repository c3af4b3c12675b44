import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';
import { type PoolAttrs, poolingWindow } from './window-2d';

/**
 * The gradient of max pooling: each window's share goes to its first maximum.
 *
 * The kernel of tfjs-backend-wasm 4.22 gives it to element 0 of the tensor when a window holds nothing above zero.
 *
 * @param inputs input [batch, height, width, channels], dy [batch, outHeight, outWidth, channels]; float32
 * @returns the shape of `input`; a window of NaN or -Infinity alone gives its share to its first element
 */
export function maxPoolGrad(
  backend: WasmBackend,
  inputs: { readonly dy: TensorInfo; readonly input: TensorInfo },
  attrs: PoolAttrs,
): TensorInfo {
  const window = poolingWindow('MaxPoolGrad', inputs.input.shape, attrs);
  const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth, padInfo } = window;
  const { strideHeight, strideWidth, effectiveFilterHeight, effectiveFilterWidth } = window;
  const out = backend.makeOutput(inputs.input.shape, 'float32');
  const dx = backend.typedArrayFromHeap(out).fill(0);
  const dy = backend.typedArrayFromHeap(inputs.dy);
  const x = backend.typedArrayFromHeap(inputs.input);
  const best = new Int32Array(channels);
  let at = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      const top = outRow * strideHeight - padInfo.top;
      const [firstRow, endRow] = [Math.max(top, 0), Math.min(top + effectiveFilterHeight, inHeight)];
      for (let outColumn = 0; outColumn < outWidth; outColumn++, at += channels) {
        const left = outColumn * strideWidth - padInfo.left;
        const [firstColumn, endColumn] = [Math.max(left, 0), Math.min(left + effectiveFilterWidth, inWidth)];
        if (firstRow >= endRow || firstColumn >= endColumn) continue;
        const start = ((image * inHeight + firstRow) * inWidth + firstColumn) * channels;
        for (let channel = 0; channel < channels; channel++) best[channel] = start + channel;
        for (let row = firstRow; row < endRow; row++) {
          for (let column = firstColumn; column < endColumn; column++) {
            const pixel = ((image * inHeight + row) * inWidth + column) * channels;
            for (let channel = 0; channel < channels; channel++) {
              const rival = x[best[channel] as number] as number;
              const value = x[pixel + channel] as number;
              // The pooling itself passes over NaN.
              if (value > rival || (Number.isNaN(rival) && !Number.isNaN(value)))
                best[channel] = pixel + channel;
            }
          }
        }
        for (let channel = 0; channel < channels; channel++) {
          const to = best[channel] as number;
          dx[to] = (dx[to] as number) + (dy[at + channel] as number);
        }
      }
    }
  }
  return out;
}
