import type { TensorInfo } from '@tensorflow/tfjs-core';
import { checkActivation, finish } from './activation';
import { matMul } from './matmul';
import type { WasmBackend } from './wasm-backend';

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
 *
 * @throws {@link BackendError} when wasm lacks the activation.
 */
export function fusedMatMul(
  backend: WasmBackend,
  inputs: FusedMatMulInputs,
  attrs: { transposeA: boolean; transposeB: boolean; activation: string; leakyreluAlpha?: number },
): TensorInfo {
  checkActivation('fused.matMul', attrs.activation);
  const product = matMul(backend, inputs.a, inputs.b, attrs.transposeA, attrs.transposeB);
  return finish(backend, product, { ...inputs, ...attrs });
}
