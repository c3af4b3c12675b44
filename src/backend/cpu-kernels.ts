import {
  AvgPoolGrad,
  BatchMatMul,
  broadcast_util,
  Cumprod,
  Cumsum,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  ResizeNearestNeighborGrad,
  registerKernel,
  type TensorInfo,
  Tile,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import { spreadAverages } from './kernels/poolings';
import { type PoolAttrs, poolingWindow } from './kernels/window-2d';

/** The parts of tfjs-backend-cpu 4.22 that these kernels use. */
interface CpuBackend {
  readonly data: { get(dataId: object): { readonly values: Float32Array } };
  makeTensorInfo(shape: readonly number[], dtype: 'float32', values: Float32Array): TensorInfo;
  disposeIntermediateTensorInfo(x: TensorInfo): void;
}

type Replacement = (call: Parameters<KernelFunc>[0], stock: KernelFunc) => ReturnType<KernelFunc>;

const avgPoolGrad: Replacement = ({ inputs, attrs, backend }) => {
  const { dy, input } = inputs as never as { dy: TensorInfo; input: TensorInfo };
  const cpu = backend as never as CpuBackend;
  const window = poolingWindow(AvgPoolGrad, input.shape, attrs as never as PoolAttrs);
  const dx = new Float32Array(util.sizeFromShape(input.shape));
  spreadAverages(window, cpu.data.get(dy.dataId).values, dx);
  return cpu.makeTensorInfo(input.shape, 'float32', dx);
};

/** tfjs 4.22 gives another shape for an axis counted from the end. */
const cumulative: Replacement = (call, stock) => {
  const [axis] = util.parseAxisParam(call.attrs?.axis as number, (call.inputs.x as TensorInfo).shape);
  return stock({ ...call, attrs: { ...call.attrs, axis: axis as number } });
};

/** tfjs 4.22 pairs matrices modulo their number, which is wrong when both batches have axes to broadcast. */
const matMul: Replacement = (call, stock) => {
  const cpu = call.backend as never as CpuBackend;
  const operands = { a: call.inputs.a as TensorInfo, b: call.inputs.b as TensorInfo };
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
    const tiled = kernelFunc({ inputs: { x: { ...x, shape } }, attrs: { reps }, backend: call.backend });
    operands[name] = tiled as TensorInfo;
    temporaries.push(tiled as TensorInfo);
  }
  const out = stock({ ...call, inputs: { ...call.inputs, ...operands } });
  for (const x of temporaries) cpu.disposeIntermediateTensorInfo(x);
  return out;
};

/** tfjs 4.22 looks for all images of a batch among the rows of the first. */
const resizeNearestGrad: Replacement = (call, stock) => {
  const cpu = call.backend as never as CpuBackend;
  const { images, dy } = call.inputs as never as { images: TensorInfo; dy: TensorInfo };
  const [batch = 0, ...image] = images.shape;
  const dx = new Float32Array(util.sizeFromShape(images.shape));
  const size = util.sizeFromShape(image);
  const values = cpu.data.get(dy.dataId).values;
  for (let at = 0; at < batch; at++) {
    const part = values.subarray((at * values.length) / batch, ((at + 1) * values.length) / batch);
    const one = cpu.makeTensorInfo([1, ...dy.shape.slice(1)], 'float32', part);
    const shape = [1, ...image];
    const gradient = stock({ ...call, inputs: { images: { ...images, shape }, dy: one } }) as TensorInfo;
    dx.set(cpu.data.get(gradient.dataId).values, at * size);
    cpu.disposeIntermediateTensorInfo(one);
    cpu.disposeIntermediateTensorInfo(gradient);
  }
  return cpu.makeTensorInfo(images.shape, 'float32', dx);
};

const corrections: Readonly<Record<string, Replacement>> = {
  [AvgPoolGrad]: avgPoolGrad,
  [BatchMatMul]: matMul,
  [Cumprod]: cumulative,
  [Cumsum]: cumulative,
  [ResizeNearestNeighborGrad]: resizeNearestGrad,
};

const registered = new WeakSet<KernelFunc>();

/** Puts right what tfjs-backend-cpu 4.22 gets wrong, as docs/upstream-bugs.md shows. */
export function registerCpuKernels(): void {
  for (const [kernelName, replace] of Object.entries(corrections)) {
    const current = getKernel(kernelName, 'cpu');
    if (!current || registered.has(current.kernelFunc)) continue;
    const kernelFunc: KernelFunc = (call) => replace(call, current.kernelFunc);
    registered.add(kernelFunc);
    unregisterKernel(kernelName, 'cpu');
    registerKernel({ ...current, kernelFunc });
  }
}
