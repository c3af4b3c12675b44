import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addPixelsUnderRow, isPixelwise } from './pixels-under-row';
import { runKernel } from './run-kernel';
import type { WasmBackend } from './wasm-backend';
import { type ConvAttrs, convolutionWindow, type Window2D } from './window-2d';
import { withTemporaries } from './with-temporaries';

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
