import {
  _FusedMatMul,
  BatchMatMul,
  getKernel,
  type KernelFunc,
  registerKernel,
  UnsortedSegmentSum,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { type FusedMatMulInputs, fusedMatMul } from './fused-matmul';
import { matMul } from './matmul';
import { unsortedSegmentSum } from './unsorted-segment-sum';

const kernels: Readonly<Record<string, KernelFunc>> = {
  [BatchMatMul]: ({ inputs, backend, attrs }) => {
    const { a, b } = inputs as never as FusedMatMulInputs;
    const { transposeA, transposeB } = attrs as never as { transposeA: boolean; transposeB: boolean };
    return matMul(backend as never, a, b, transposeA, transposeB);
  },
  [_FusedMatMul]: ({ inputs, backend, attrs }) =>
    fusedMatMul(backend as never, inputs as never, attrs as never),
  [UnsortedSegmentSum]: ({ inputs, backend, attrs }) => {
    const { numSegments } = attrs as never as { numSegments: number };
    return unsortedSegmentSum(backend as never, inputs.x as never, inputs.segmentIds as never, numSegments);
  },
};

/** Puts this library's kernels in the place of those that tfjs-backend-wasm 4.22 lacks or runs in scalar code. */
export function registerWasmKernels(): void {
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    const current = getKernel(kernelName, 'wasm');
    if (current?.kernelFunc === kernelFunc) continue;
    if (current) unregisterKernel(kernelName, 'wasm');
    registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  }
}
