import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors';
import { runKernel } from './run-kernel';
import type { WasmBackend } from './wasm-backend';
import { type Pad, type PoolAttrs, poolingWindow } from './window-2d';
import { withTemporaries } from './with-temporaries';

type Triple = number | readonly [number, number, number];

/** Attributes of tfjs' pooling over [batch, depth, height, width, channels]. */
export interface Pool3DAttrs {
  readonly filterSize: Triple;
  readonly strides: Triple;
  readonly pad: Pad;
  readonly dataFormat?: string;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Kernel = 'MaxPool' | 'AvgPool';

/** One pooling over a volume as two over planes: within each slice, then along the depth. */
function planes(kernel: Kernel, shape: readonly number[], attrs: Pool3DAttrs) {
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
export function pool3DGrad(kernel: Kernel) {
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
