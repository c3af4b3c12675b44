import {
  _FusedMatMul,
  BatchMatMul,
  Cast,
  findBackend,
  getKernel,
  Identity,
  type KernelFunc,
  registerKernel,
  Sum,
  type TensorInfo,
  UnsortedSegmentSum,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter, conv2dBackpropInput, convolution, pooling } from './kernels/convolutions';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './kernels/depthwise-gradients';
import { einsum } from './kernels/einsum';
import {
  cast,
  clip,
  floatTest,
  log1p,
  numbersOnly,
  oneHot,
  prelu,
  shareData,
  sign,
} from './kernels/elements';
import { type FusedMatMulInputs, fusedConvolution, fusedMatMul } from './kernels/fused';
import { gather, unsortedSegmentSum } from './kernels/gather';
import { matMul } from './kernels/matmul';
import { avgPoolGrad, maxPool3D, maxPoolGrad, pool3DGrad } from './kernels/poolings';
import { guardMemory, keepListenersOnDispose } from './kernels/process-guards';
import { countLeadingAxes, cumulative, reduction, sumLeadingAxes } from './kernels/reductions';
import { type Replacement, refused, replacement, type WasmBackend } from './kernels/replacement';

const kernels: Readonly<Record<string, Replacement>> = {
  [BatchMatMul]: ({ inputs, backend, attrs }) => {
    const { a, b } = inputs as never as FusedMatMulInputs;
    const { transposeA, transposeB } = attrs as never as { transposeA: boolean; transposeB: boolean };
    return matMul(backend as never, a, b, transposeA, transposeB);
  },
  [_FusedMatMul]: ({ inputs, backend, attrs }) =>
    fusedMatMul(backend as never, inputs as never, attrs as never),
  [Cast]: (params, stock) => {
    const { inputs, backend, attrs } = params;
    const x = inputs.x as TensorInfo;
    return x.dtype === attrs?.dtype && x.dtype !== 'string' ? shareData(backend as never, x) : stock(params);
  },
  [Identity]: (params, stock) => {
    const x = params.inputs.x as TensorInfo;
    return x.dtype === 'string' ? stock(params) : shareData(params.backend as never, x);
  },
  [Sum]: (params, stock) => {
    const { axis, keepDims } = params.attrs as never as { axis: number | number[]; keepDims: boolean };
    const x = params.inputs.x as TensorInfo;
    const axes = x.dtype === 'float32' ? countLeadingAxes(x, axis) : 0;
    return axes > 0 ? sumLeadingAxes(params.backend as never, x, axes, keepDims) : stock(params);
  },
  [UnsortedSegmentSum]: ({ inputs, backend, attrs }) => {
    const { numSegments } = attrs as never as { numSegments: number };
    return unsortedSegmentSum(backend as never, inputs.x as never, inputs.segmentIds as never, numSegments);
  },
};

const registered = new WeakSet<KernelFunc>();

function register(kernelName: string, replace: Replacement, setup?: (backend: WasmBackend) => void): void {
  const current = getKernel(kernelName, 'wasm');
  const stock = current?.kernelFunc as KernelFunc;
  const kernelFunc: KernelFunc = (call) => replace(call, stock);
  registered.add(kernelFunc);
  if (current) unregisterKernel(kernelName, 'wasm');
  registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc,
    // A backend that starts later sets up the compiled kernel too.
    setupFunc: (backend) => {
      current?.setupFunc?.(backend);
      setup?.(backend as never);
    },
  });
}

/** Protects memory and listeners from what tfjs-backend-wasm 4.22 does to them. */
function protect(backend: WasmBackend): void {
  guardMemory(backend);
  keepListenersOnDispose(backend);
}

/**
 * Puts this library's kernels in the place of those that tfjs-backend-wasm 4.22 lacks, gets wrong or runs in scalar
 * code, and protects the backend that runs and any that starts later.
 */
export function registerWasmKernels(): void {
  const running = findBackend('wasm');
  if (running) protect(running as never);
  if (registered.has(getKernel(Identity, 'wasm')?.kernelFunc as KernelFunc)) return;
  for (const table of [corrections, kernels]) {
    for (const [kernelName, replace] of Object.entries(table)) {
      register(kernelName, replace, kernelName === Identity ? protect : undefined);
    }
  }
}

const entries = (names: readonly string[], of: (name: string) => Replacement) =>
  Object.fromEntries(names.map((name) => [name, of(name)]));

/** Kernels that tfjs-backend-wasm 4.22 lacks or gets wrong, under tfjs' names; docs/upstream-bugs.md shows each fault. */
export const corrections: Readonly<Record<string, Replacement>> = {
  All: replacement(reduction(1)),
  Any: replacement(reduction(0)),
  AvgPool: replacement(pooling('AvgPool')),
  AvgPool3DGrad: replacement(pool3DGrad('AvgPool')),
  AvgPoolGrad: replacement(avgPoolGrad),
  Cast: replacement(cast),
  ClipByValue: replacement(
    (backend, { x }: { x: TensorInfo }, attrs: { clipValueMin: number; clipValueMax: number }) =>
      clip(backend, x, attrs.clipValueMin, attrs.clipValueMax),
  ),
  Conv2D: replacement(convolution('Conv2D')),
  Conv2DBackpropFilter: replacement(conv2dBackpropFilter),
  Conv2DBackpropInput: replacement(conv2dBackpropInput),
  Cumprod: replacement(cumulative),
  Cumsum: replacement(cumulative),
  DepthwiseConv2dNative: replacement(convolution('DepthwiseConv2dNative')),
  DepthwiseConv2dNativeBackpropFilter: replacement(depthwiseBackpropFilter),
  DepthwiseConv2dNativeBackpropInput: replacement(depthwiseBackpropInput),
  Einsum: replacement(einsum),
  FusedConv2D: replacement(fusedConvolution('Conv2D')),
  FusedDepthwiseConv2D: replacement(fusedConvolution('DepthwiseConv2dNative')),
  GatherV2: replacement(gather),
  IsFinite: replacement(floatTest(1)),
  IsInf: replacement(floatTest(0)),
  IsNan: replacement(floatTest(0)),
  Log1p: replacement(log1p),
  Max: replacement(reduction(Number.NEGATIVE_INFINITY)),
  MaxPool: replacement(pooling('MaxPool')),
  MaxPool3D: replacement(maxPool3D),
  MaxPool3DGrad: replacement(pool3DGrad('MaxPool')),
  MaxPoolGrad: replacement(maxPoolGrad),
  Mean: replacement(reduction(Number.NaN)),
  Min: replacement(reduction(Number.POSITIVE_INFINITY)),
  OneHot: replacement(oneHot),
  Prelu: replacement(prelu),
  Prod: replacement(reduction(1)),
  Relu6: replacement((backend, { x }: { x: TensorInfo }) => clip(backend, x, 0, 6)),
  Sign: replacement(sign),
  Sum: replacement(reduction(0)),
  ...entries(['Exp', 'LeakyRelu'], () => replacement(numbersOnly('float32'))),
  ...entries(['Abs', 'Neg', 'Reciprocal', 'Relu', 'Round', 'Selu', 'Square', 'Step'], () =>
    replacement(numbersOnly('bool')),
  ),
  ...entries(
    [
      'Conv3DBackpropFilterV2',
      'Conv3DBackpropInputV2',
      'Dilation2D',
      'Dilation2DBackpropFilter',
      'Dilation2DBackpropInput',
      'MaxPoolWithArgmax',
    ],
    (name) => refused(name),
  ),
};
