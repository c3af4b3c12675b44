import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';
import { type ConvAttrs, convolutionWindow, type Window2D } from './window-2d';

/**
 * The gradient of a depthwise convolution by its input, which tfjs-backend-wasm 4.22 lacks.
 *
 * @param inputs dy [batch, outHeight, outWidth, in * multiplier], filter [filterHeight, filterWidth, in, multiplier]
 * @returns [batch, height, width, in]
 */
export function depthwiseBackpropInput(
  backend: WasmBackend,
  inputs: { readonly dy: TensorInfo; readonly filter: TensorInfo },
  attrs: ConvAttrs & { readonly inputShape: readonly number[] },
): TensorInfo {
  const { inputShape, ...placing } = attrs;
  const name = 'DepthwiseConv2dNativeBackpropInput';
  const window = convolutionWindow(name, inputShape, inputs.filter.shape, placing, true);
  const out = backend.makeOutput(inputShape, 'float32');
  const dx = backend.typedArrayFromHeap(out).fill(0);
  const dy = backend.typedArrayFromHeap(inputs.dy);
  const filter = backend.typedArrayFromHeap(inputs.filter);
  const { inChannels, outChannels } = window;
  const multiplier = outChannels / inChannels;
  forEachPair(window, (pixel, cell, at) => {
    for (let channel = 0, end = 0; channel < inChannels; channel++) {
      let sum = dx[pixel + channel] as number;
      const start = end;
      end += multiplier;
      for (let one = start; one < end; one++)
        sum += (dy[at + one] as number) * (filter[cell + one] as number);
      dx[pixel + channel] = sum;
    }
  });
  return out;
}

/**
 * The gradient of a depthwise convolution by its filter, which tfjs-backend-wasm 4.22 lacks.
 *
 * @param inputs x [batch, height, width, in], dy [batch, outHeight, outWidth, in * multiplier]
 * @returns [filterHeight, filterWidth, in, multiplier]
 */
export function depthwiseBackpropFilter(
  backend: WasmBackend,
  inputs: { readonly x: TensorInfo; readonly dy: TensorInfo },
  attrs: ConvAttrs & { readonly filterShape: readonly number[] },
): TensorInfo {
  const { filterShape, ...placing } = attrs;
  const name = 'DepthwiseConv2dNativeBackpropFilter';
  const window = convolutionWindow(name, inputs.x.shape, filterShape, placing, true);
  const out = backend.makeOutput(filterShape, 'float32');
  const x = backend.typedArrayFromHeap(inputs.x);
  const dy = backend.typedArrayFromHeap(inputs.dy);
  // Double precision: a cell sums over every window of the batch.
  const sums = new Float64Array(window.filterHeight * window.filterWidth * window.outChannels);
  const { inChannels, outChannels } = window;
  const multiplier = outChannels / inChannels;
  forEachPair(window, (pixel, cell, at) => {
    for (let channel = 0, end = 0; channel < inChannels; channel++) {
      const value = x[pixel + channel] as number;
      const start = end;
      end += multiplier;
      for (let one = start; one < end; one++) {
        sums[cell + one] = (sums[cell + one] as number) + value * (dy[at + one] as number);
      }
    }
  });
  backend.typedArrayFromHeap(out).set(sums);
  return out;
}

/** Calls `visit` for each window and each filter cell that meets the image, with where their channels begin. */
function forEachPair(window: Window2D, visit: (pixel: number, cell: number, at: number) => void): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = window;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = window;
  for (let image = 0; image < batchSize; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      for (let outColumn = 0; outColumn < outWidth; outColumn++) {
        const at = ((image * outHeight + outRow) * outWidth + outColumn) * outChannels;
        for (let cell = 0; cell < filterHeight * filterWidth; cell++) {
          const row = outRow * strideHeight - padInfo.top + Math.floor(cell / filterWidth) * dilationHeight;
          const column = outColumn * strideWidth - padInfo.left + (cell % filterWidth) * dilationWidth;
          if (row < 0 || row >= inHeight || column < 0 || column >= inWidth) continue;
          visit(((image * inHeight + row) * inWidth + column) * inChannels, cell * outChannels, at);
        }
      }
    }
  }
}
