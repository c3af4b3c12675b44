import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './replacement';
import type { Window2D } from './window-2d';

/**
 * Walks over the neighbouring pixels that one row of the filter sees in each window, padding left out.
 *
 * @param visit gets where they go in [windows, filterWidth * channels], where they lie in the image, and how many
 *   numbers they are
 */
function forEachRun(
  window: Window2D,
  row: number,
  visit: (target: number, source: number, length: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterWidth, padInfo } = window;
  const width = filterWidth * inChannels;
  for (let image = 0; image < batchSize; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      const inRow = outRow * window.strideHeight - padInfo.top + row;
      if (inRow < 0 || inRow >= inHeight) continue;
      const start = (image * inHeight + inRow) * inWidth;
      const target = (image * outHeight + outRow) * outWidth * width;
      for (let outColumn = 0; outColumn < outWidth; outColumn++) {
        const column = outColumn * window.strideWidth - padInfo.left;
        const first = Math.max(column, 0);
        const length = (Math.min(column + filterWidth, inWidth) - first) * inChannels;
        if (length <= 0) continue;
        visit(
          target + outColumn * width + (first - column) * inChannels,
          (start + first) * inChannels,
          length,
        );
      }
    }
  }
}

/**
 * What one row of the filter sees: a row for each window, zeros in the padding.
 *
 * @returns [batch * outHeight * outWidth, filterWidth * inChannels], a new tensor
 */
export function pixelsUnderRow(
  backend: WasmBackend,
  x: TensorInfo,
  window: Window2D,
  row: number,
): TensorInfo {
  const windows = window.batchSize * window.outHeight * window.outWidth;
  const out = backend.makeOutput([windows, window.filterWidth * window.inChannels], 'float32');
  const to = backend.typedArrayFromHeap(out);
  const from = backend.typedArrayFromHeap(x);
  const { top, bottom, left, right } = window.padInfo;
  if (top || bottom || left || right) to.fill(0);
  forEachRun(window, row, (target, source, length) => {
    for (let index = 0; index < length; index++) to[target + index] = from[source + index] as number;
  });
  return out;
}

/** Adds such rows back to the pixels they came from. */
export function addPixelsUnderRow(
  backend: WasmBackend,
  rows: TensorInfo,
  window: Window2D,
  row: number,
  image: TensorInfo,
): void {
  const to = backend.typedArrayFromHeap(image);
  const from = backend.typedArrayFromHeap(rows);
  forEachRun(window, row, (source, target, length) => {
    for (let index = 0; index < length; index++) {
      to[target + index] = (to[target + index] as number) + (from[source + index] as number);
    }
  });
}

/** Whether each window is one pixel and the windows are the whole image: a filter of 1 by 1, no stride, no padding. */
export function isPixelwise(window: Window2D): boolean {
  const { top, bottom, left, right } = window.padInfo;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = window;
  const ones = [filterHeight, filterWidth, strideHeight, strideWidth].every((one) => one === 1);
  return ones && top + bottom + left + right === 0;
}
