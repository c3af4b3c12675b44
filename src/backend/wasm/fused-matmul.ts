import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { BackendError } from '../../errors';
import { matMul } from './matmul';
import { runKernel } from './run-kernel';
import type { WasmBackend } from './wasm-backend';

const ACTIVATION_KERNELS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  prelu: 'Prelu',
  leakyrelu: 'LeakyRelu',
};

/** Inputs of tfjs' fused product; see `tf.fused.matMul`. */
export interface FusedMatMulInputs {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}

/**
 * Product, bias and activation on the wasm backend, by separate kernels.
 *
 * tfjs 4.22's own kernel adds the bias wrongly when an operand is batched or transposed.
 */
export function fusedMatMul(
  backend: WasmBackend,
  inputs: FusedMatMulInputs,
  attrs: { transposeA: boolean; transposeB: boolean; activation: string; leakyreluAlpha?: number },
): TensorInfo {
  const { activation } = attrs;
  const kernel = ACTIVATION_KERNELS[activation];
  if (activation && activation !== 'linear' && !(kernel && getKernel(kernel, 'wasm'))) {
    throw new BackendError(
      `fused.matMul: expected an activation of linear, ${Object.keys(ACTIVATION_KERNELS).join(', ')} on wasm, ` +
        `received '${activation}'. Apply it to the result of tf.matMul.`,
    );
  }
  let out = matMul(backend, inputs.a, inputs.b, attrs.transposeA, attrs.transposeB);
  const replace = (next: TensorInfo) => {
    backend.disposeData(out.dataId);
    out = next;
  };
  if (inputs.bias) replace(runKernel(backend, 'Add', { a: out, b: inputs.bias }, {}));
  if (kernel) {
    const weights = inputs.preluActivationWeights;
    const operands = weights ? { x: out, alpha: weights } : { x: out };
    replace(runKernel(backend, kernel, operands, { alpha: attrs.leakyreluAlpha }));
  }
  return out;
}
