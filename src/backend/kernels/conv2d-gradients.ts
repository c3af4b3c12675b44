import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { runKernel, type WasmBackend, withTemporaries } from './wasm-backend';
import { type ConvAttrs, convolutionWindow, type Window2D } from './window-2d';

/**
 * The gradient of a convolution by its filter, which tfjs-backend-wasm 4.22 lacks.
 *
 * One matrix product for each row of the filter: what that row sees, [windows, width * in], transposed, by dy
 * [windows, out].
 *
 * @param inputs x [batch, height, width, in], dy [batch, outHeight, outWidth, out]; float32
 * @returns [filterHeight, filterWidth, in, out]
 */
export function conv2dBackpropFilter(
  backend: WasmBackend,
  inputs: { readonly x: TensorInfo; readonly dy: TensorInfo },
  attrs: Omit<ConvAttrs, 'dilations'> & { readonly filterShape: readonly number[] },
): TensorInfo {
  const { filterShape, ...placing } = attrs;
  const window = convolutionWindow('Conv2DBackpropFilter', inputs.x.shape, filterShape, placing);
  const { filterHeight, inChannels, outChannels } = window;
  const windows = window.batchSize * window.outHeight * window.outWidth;
  const dy = { ...inputs.dy, shape: [windows, outChannels] };
  if (isPixelwise(window)) {
    const x = { ...inputs.x, shape: [windows, inChannels] };
    const product = runKernel(
      backend,
      'BatchMatMul',
      { a: x, b: dy },
      { transposeA: true, transposeB: false },
    );
    return { ...product, shape: [...filterShape] };
  }
  const out = backend.makeOutput(filterShape, 'float32');
  try {
    for (let row = 0; row < filterHeight; row++) {
      withTemporaries(backend, (temporary) => {
        const a = temporary(pixelsUnderRow(backend, inputs.x, window, row));
        const attributes = { transposeA: true, transposeB: false };
        const product = temporary(runKernel(backend, 'BatchMatMul', { a, b: dy }, attributes));
        const values = backend.typedArrayFromHeap(product);
        backend.typedArrayFromHeap(out).set(values, row * values.length);
      });
    }
  } catch (error) {
    backend.disposeData(out.dataId);
    throw error;
  }
  return out;
}

/** dy convolved with the turned filter, [height, width, out, in], padded so that every window of the input is met. */
function byConvolution(
  backend: WasmBackend,
  dy: TensorInfo,
  filter: TensorInfo,
  { filterHeight, filterWidth, padInfo }: Window2D,
): TensorInfo {
  return withTemporaries(backend, (temporary) => {
    const flipped = temporary(runKernel(backend, 'Reverse', { x: filter }, { dims: [0, 1] }));
    const turned = temporary(runKernel(backend, 'Transpose', { x: flipped }, { perm: [0, 1, 3, 2] }));
    const pad = [
      [0, 0],
      [filterHeight - 1 - padInfo.top, filterHeight - 1 - padInfo.bottom],
      [filterWidth - 1 - padInfo.left, filterWidth - 1 - padInfo.right],
      [0, 0],
    ];
    const attrs = { strides: [1, 1], pad, dilations: [1, 1], dataFormat: 'NHWC', dimRoundingMode: 'floor' };
    return runKernel(backend, 'Conv2D', { x: dy, filter: turned }, attrs);
  });
}

/** For each row of the filter, dy [windows, out] by that row [width * in, out], added back to the pixels seen. */
function byProducts(backend: WasmBackend, dy: TensorInfo, filter: TensorInfo, window: Window2D): TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels, inShape } = window;
  const shape = [filterWidth * inChannels, outChannels];
  const out = backend.makeOutput(inShape, 'float32');
  backend.typedArrayFromHeap(out).fill(0);
  try {
    for (let row = 0; row < filterHeight; row++) {
      withTemporaries(backend, (temporary) => {
        const b = temporary(backend.makeOutput(shape, 'float32'));
        const weights = backend.typedArrayFromHeap(b);
        const start = row * weights.length;
        weights.set(backend.typedArrayFromHeap(filter).subarray(start, start + weights.length));
        const attrs = { transposeA: false, transposeB: true };
        const product = temporary(runKernel(backend, 'BatchMatMul', { a: dy, b }, attrs));
        addPixelsUnderRow(backend, product, window, row, out);
      });
    }
  } catch (error) {
    backend.disposeData(out.dataId);
    throw error;
  }
  return out;
}

/**
 * The gradient of a convolution by its input, and the transposed convolution.
 *
 * tfjs-backend-wasm 4.22 runs scalar code here, ten times slower than the convolution itself.
 *
 * @param inputs dy [batch, outHeight, outWidth, out], filter [filterHeight, filterWidth, in, out]; float32
 * @returns [batch, height, width, in]
 */
export function conv2dBackpropInput(
  backend: WasmBackend,
  inputs: { readonly dy: TensorInfo; readonly filter: TensorInfo },
  attrs: Omit<ConvAttrs, 'dilations'> & { readonly inputShape: readonly number[] },
): TensorInfo {
  const { inputShape, ...placing } = attrs;
  const { filter } = inputs;
  const window = convolutionWindow('Conv2DBackpropInput', inputShape, filter.shape, placing);
  const { inChannels, outChannels, filterHeight, filterWidth, padInfo } = window;
  const dy = { ...inputs.dy, shape: [window.batchSize * window.outHeight * window.outWidth, outChannels] };
  if (isPixelwise(window)) {
    const b = { ...filter, shape: [inChannels, outChannels] };
    const product = runKernel(backend, 'BatchMatMul', { a: dy, b }, { transposeA: false, transposeB: true });
    return { ...product, shape: [...inputShape] };
  }
  const fits =
    Math.max(padInfo.top, padInfo.bottom) < filterHeight &&
    Math.max(padInfo.left, padInfo.right) < filterWidth;
  // Turning a large filter costs more than it saves; measured on the shapes of a ResNet-50.
  const small = util.sizeFromShape(filter.shape) * 6 < util.sizeFromShape(window.inShape);
  return window.strideHeight === 1 && window.strideWidth === 1 && fits && small
    ? byConvolution(backend, inputs.dy, filter, window)
    : byProducts(backend, dy, filter, window);
}

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
function pixelsUnderRow(backend: WasmBackend, x: TensorInfo, window: Window2D, row: number): TensorInfo {
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
function addPixelsUnderRow(
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
function isPixelwise(window: Window2D): boolean {
  const { top, bottom, left, right } = window.padInfo;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = window;
  const ones = [filterHeight, filterWidth, strideHeight, strideWidth].every((one) => one === 1);
  return ones && top + bottom + left + right === 0;
}
