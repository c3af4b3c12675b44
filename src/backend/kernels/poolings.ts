import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors';
import { restoreNaN } from './convolutions';
import type { Stock } from './replacement';
import { runKernel, type WasmBackend, withTemporaries } from './wasm-backend';
import { type Pad, type PoolAttrs, poolingWindow, type Window2D } from './window-2d';

type Pooling = 'MaxPool' | 'AvgPool';

/**
 * A pooling by tfjs' own kernel, refused where tfjs computed a wrong output shape.
 *
 * @throws {@link ShapeError} then.
 */
export function pooling(kernel: Pooling) {
  type Inputs = { readonly x: TensorInfo };
  return (backend: WasmBackend, inputs: Inputs, attrs: PoolAttrs, stock: Stock<Inputs, PoolAttrs>) => {
    poolingWindow(kernel, inputs.x.shape, attrs);
    const out = stock(backend, inputs, attrs);
    // A maximum passes over NaN, on cpu too.
    return kernel === 'AvgPool' ? restoreNaN(backend, out) : out;
  };
}

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

/**
 * The gradient of average pooling: each window's share goes in equal parts to the elements that it holds.
 *
 * tfjs 4.22 divides by the filter's size, padding included, where the pooling itself divides by the elements present.
 *
 * @param dy [batch, outHeight, outWidth, channels]
 * @param dx [batch, height, width, channels], added to
 */
export function spreadAverages(window: Window2D, dy: ArrayLike<number>, dx: Float32Array): void {
  const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth, padInfo } = window;
  let at = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      const top = outRow * window.strideHeight - padInfo.top;
      const [firstRow, endRow] = [Math.max(top, 0), Math.min(top + window.filterHeight, inHeight)];
      for (let outColumn = 0; outColumn < outWidth; outColumn++, at += channels) {
        const left = outColumn * window.strideWidth - padInfo.left;
        const [firstColumn, endColumn] = [Math.max(left, 0), Math.min(left + window.filterWidth, inWidth)];
        const share = 1 / ((endRow - firstRow) * (endColumn - firstColumn));
        for (let row = firstRow; row < endRow; row++) {
          for (let column = firstColumn; column < endColumn; column++) {
            const pixel = ((image * inHeight + row) * inWidth + column) * channels;
            for (let channel = 0; channel < channels; channel++) {
              dx[pixel + channel] = (dx[pixel + channel] as number) + share * (dy[at + channel] as number);
            }
          }
        }
      }
    }
  }
}

type Triple = number | readonly [number, number, number];

/** Attributes of tfjs' pooling over [batch, depth, height, width, channels]. */
interface Pool3DAttrs {
  readonly filterSize: Triple;
  readonly strides: Triple;
  readonly pad: Pad;
  readonly dataFormat?: string;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** One pooling over a volume as two over planes: within each slice, then along the depth. */
function planes(kernel: Pooling, shape: readonly number[], attrs: Pool3DAttrs) {
  const { filterSize, strides, pad, dataFormat = 'NDHWC' } = attrs;
  if (dataFormat !== 'NDHWC' || (typeof pad === 'number' ? pad !== 0 : pad !== 'same' && pad !== 'valid')) {
    throw new ShapeError(
      `${kernel}3D: wasm expects data as NDHWC and padding 'same' or 'valid', received ${dataFormat} and ` +
        `${JSON.stringify(pad)}. Pad with tf.pad first.`,
    );
  }
  const three = (x: Triple) => (typeof x === 'number' ? ([x, x, x] as const) : x);
  const [filter, stride] = [three(filterSize), three(strides)];
  const place = pad === 'same' ? 'same' : 'valid';
  const slice: PoolAttrs = {
    filterSize: [filter[1], filter[2]],
    strides: [stride[1], stride[2]],
    pad: place,
  };
  const along: PoolAttrs = { filterSize: [filter[0], 1], strides: [stride[0], 1], pad: place };
  const [batch, depth, height, width, channels] = shape as [number, number, number, number, number];
  const sliceShape = [batch * depth, height, width, channels];
  const { outHeight, outWidth } = poolingWindow(`${kernel}3D`, sliceShape, slice);
  const alongShape = [batch, depth, outHeight * outWidth, channels];
  const { outHeight: outDepth } = poolingWindow(`${kernel}3D`, alongShape, along);
  return {
    slice,
    along,
    sliceShape,
    sliceOutShape: [batch * depth, outHeight, outWidth, channels],
    alongShape,
    alongOutShape: [batch, outDepth, outHeight * outWidth, channels],
    outShape: [batch, outDepth, outHeight, outWidth, channels],
  };
}

/**
 * Max pooling over volumes, by two poolings over planes.
 *
 * The kernel of tfjs-backend-wasm 4.22 starts from the smallest positive float, and returns it for windows of negatives.
 *
 * @throws {@link ShapeError} for padding by a number.
 */
export function maxPool3D(backend: WasmBackend, { x }: { x: TensorInfo }, attrs: Pool3DAttrs): TensorInfo {
  const plan = planes('MaxPool', x.shape, attrs);
  return withTemporaries(backend, (temporary) => {
    const slices = temporary(
      runKernel(backend, 'MaxPool', { x: { ...x, shape: plan.sliceShape } }, { ...plan.slice }),
    );
    const out = runKernel(
      backend,
      'MaxPool',
      { x: { ...slices, shape: plan.alongShape } },
      { ...plan.along },
    );
    return { ...out, shape: plan.outShape };
  });
}

/** The gradient of pooling over volumes, through the same two poolings backwards. */
export function pool3DGrad(kernel: Pooling) {
  return (
    backend: WasmBackend,
    inputs: { readonly dy: TensorInfo; readonly input: TensorInfo },
    attrs: Pool3DAttrs,
  ): TensorInfo => {
    const plan = planes(kernel, inputs.input.shape, attrs);
    return withTemporaries(backend, (temporary) => {
      const input = { ...inputs.input, shape: plan.sliceShape };
      // Averages only need the shape.
      const slices =
        kernel === 'MaxPool'
          ? temporary(runKernel(backend, 'MaxPool', { x: input }, { ...plan.slice }))
          : input;
      const dy = { ...inputs.dy, shape: plan.alongOutShape };
      const along = { dy, input: { ...slices, shape: plan.alongShape } };
      const dSlices = temporary(runKernel(backend, `${kernel}Grad`, along, { ...plan.along }));
      const within = { dy: { ...dSlices, shape: plan.sliceOutShape }, input };
      const dx = runKernel(backend, `${kernel}Grad`, within, { ...plan.slice });
      return { ...dx, shape: inputs.input.shape };
    });
  };
}
