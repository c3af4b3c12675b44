import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addPixelsUnderRow, isPixelwise, pixelsUnderRow } from './pixels-under-row';
import { runKernel, type Stock, type WasmBackend, withTemporaries } from './replacement';
import {
  type ConvAttrs,
  convolutionWindow,
  explicitPad,
  type PoolAttrs,
  poolingWindow,
  type Window2D,
} from './window-2d';

/** Inputs of a convolution: x [batch, height, width, in], filter [height, width, in, out or multiplier]. */
export interface ConvInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
}

/**
 * Puts NaN back where the compiled kernels made -Infinity of it, which a relu would then hide.
 *
 * A result that is -Infinity for another reason becomes NaN too.
 */
function restoreNaN(backend: WasmBackend, x: TensorInfo): TensorInfo {
  const values = backend.typedArrayFromHeap(x);
  for (let index = 0; index < values.length; index++) {
    if (values[index] === Number.NEGATIVE_INFINITY) values[index] = Number.NaN;
  }
  return x;
}

/**
 * A convolution by tfjs' own kernel, with its padding spelled out.
 *
 * Asked for 'same', the kernel of tfjs-backend-wasm 4.22 returns zeros whenever the stride leaves rows or columns of
 * the input unused.
 *
 * @returns [batch, outHeight, outWidth, out]
 * @throws {@link ShapeError} when tfjs computed a wrong output shape.
 */
export function convolution(kernel: 'Conv2D' | 'DepthwiseConv2dNative') {
  return (
    backend: WasmBackend,
    inputs: ConvInputs,
    attrs: ConvAttrs,
    stock: Stock<ConvInputs, ConvAttrs>,
  ) => {
    const { x, filter } = inputs;
    const window = convolutionWindow(kernel, x.shape, filter.shape, attrs, kernel !== 'Conv2D');
    const out = stock(inputs, { ...attrs, pad: explicitPad(window), dimRoundingMode: 'floor' });
    return restoreNaN(backend, out);
  };
}

/**
 * A pooling by tfjs' own kernel, refused where tfjs computed a wrong output shape.
 *
 * @throws {@link ShapeError} then.
 */
export function pooling(kernel: 'MaxPool' | 'AvgPool') {
  type Inputs = { readonly x: TensorInfo };
  return (backend: WasmBackend, inputs: Inputs, attrs: PoolAttrs, stock: Stock<Inputs, PoolAttrs>) => {
    poolingWindow(kernel, inputs.x.shape, attrs);
    const out = stock(inputs, attrs);
    // A maximum passes over NaN, on cpu too.
    return kernel === 'AvgPool' ? restoreNaN(backend, out) : out;
  };
}

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
