import {
  broadcast_util,
  getKernel,
  type KernelConfig,
  type TensorInfo,
  Tile,
  util,
} from '@tensorflow/tfjs-core';
import type { MatMulAttrs, MatMulInputs } from './matmul';
import { spreadAverages } from './poolings';
import type { Stock } from './replacement';
import { type PoolAttrs, poolingWindow } from './window-2d';

/** The parts of tfjs-backend-cpu 4.22 that these kernels use. */
interface CpuBackend {
  readonly data: { get(dataId: object): { readonly values: Float32Array } };
  makeTensorInfo(shape: readonly number[], dtype: 'float32', values: Float32Array): TensorInfo;
  disposeIntermediateTensorInfo(x: TensorInfo): void;
}

/** The gradient of average pooling, which tfjs 4.22 gets wrong where windows reach into the padding. */
export function cpuAvgPoolGrad(
  backend: CpuBackend,
  inputs: { readonly dy: TensorInfo; readonly input: TensorInfo },
  attrs: PoolAttrs,
): TensorInfo {
  const { shape } = inputs.input;
  const dx = new Float32Array(util.sizeFromShape(shape));
  spreadAverages(poolingWindow('AvgPoolGrad', shape, attrs), backend.data.get(inputs.dy.dataId).values, dx);
  return backend.makeTensorInfo(shape, 'float32', dx);
}

type Inputs = { readonly x: TensorInfo };
type CumulativeAttrs = { readonly axis: number };

/** A running sum or product; tfjs 4.22 gives another shape for an axis counted from the end. */
export function cpuCumulative(
  backend: CpuBackend,
  inputs: Inputs,
  attrs: CumulativeAttrs,
  stock: Stock<Inputs, CumulativeAttrs>,
): TensorInfo {
  const [axis] = util.parseAxisParam(attrs.axis, inputs.x.shape);
  return stock(backend, inputs, { ...attrs, axis: axis as number });
}

/**
 * Batched matrix product with each operand's batch axes made whole.
 *
 * tfjs 4.22 pairs matrices modulo their number, which is wrong when both batches have axes to broadcast.
 */
export function cpuMatMul(
  backend: CpuBackend,
  inputs: MatMulInputs,
  attrs: MatMulAttrs,
  stock: Stock<MatMulInputs, MatMulAttrs>,
): TensorInfo {
  const operands = { a: inputs.a, b: inputs.b };
  const batches = [operands.a.shape.slice(0, -2), operands.b.shape.slice(0, -2)] as const;
  const full = broadcast_util.assertAndGetBroadcastShape(...batches);
  const wanted = util.sizeFromShape(full);
  const temporaries: TensorInfo[] = [];
  for (const name of ['a', 'b'] as const) {
    const x = operands[name];
    const own = x.shape.slice(0, -2);
    if (util.sizeFromShape(own) === wanted || (wanted > 0 && util.sizeFromShape(own) === 1)) continue;
    const batch = [...new Array<number>(full.length - own.length).fill(1), ...own];
    const reps = [...batch.map((size, axis) => (size === full[axis] ? 1 : (full[axis] as number))), 1, 1];
    const shape = [...batch, ...x.shape.slice(-2)];
    const { kernelFunc } = getKernel(Tile, 'cpu') as KernelConfig;
    const tiled = kernelFunc({ inputs: { x: { ...x, shape } }, attrs: { reps }, backend }) as TensorInfo;
    operands[name] = tiled;
    temporaries.push(tiled);
  }
  const out = stock(backend, operands, attrs);
  for (const x of temporaries) backend.disposeIntermediateTensorInfo(x);
  return out;
}

type ResizeInputs = { readonly images: TensorInfo; readonly dy: TensorInfo };

/**
 * The gradient of a resize to the nearest neighbour, image by image.
 *
 * tfjs 4.22 looks for all images of a batch among the rows of the first.
 */
export function cpuResizeNearestGrad(
  backend: CpuBackend,
  { images, dy }: ResizeInputs,
  attrs: unknown,
  stock: Stock<ResizeInputs, unknown>,
): TensorInfo {
  const [batch = 0, ...image] = images.shape;
  const dx = new Float32Array(util.sizeFromShape(images.shape));
  const size = util.sizeFromShape(image);
  const values = backend.data.get(dy.dataId).values;
  for (let at = 0; at < batch; at++) {
    const part = values.subarray((at * values.length) / batch, ((at + 1) * values.length) / batch);
    const one = backend.makeTensorInfo([1, ...dy.shape.slice(1)], 'float32', part);
    const gradient = stock(backend, { images: { ...images, shape: [1, ...image] }, dy: one }, attrs);
    dx.set(backend.data.get(gradient.dataId).values, at * size);
    backend.disposeIntermediateTensorInfo(one);
    backend.disposeIntermediateTensorInfo(gradient);
  }
  return backend.makeTensorInfo(images.shape, 'float32', dx);
}
