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
import { corrections } from './corrections';
import { keepListenersOnDispose } from './fatal-listeners';
import { type FusedMatMulInputs, fusedMatMul } from './fused-matmul';
import { matMul } from './matmul';
import { guardMemory } from './memory-guard';
import type { Replacement } from './replacement';
import { shareData } from './share-data';
import { countLeadingAxes, sumLeadingAxes } from './sum-leading-axes';
import { unsortedSegmentSum } from './unsorted-segment-sum';
import type { WasmBackend } from './wasm-backend';

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
