import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { BackendError } from '../../errors';
import type { ConvInputs } from './convolutions';
import { type MatMulAttrs, type MatMulInputs, matMul } from './matmul';
import { runKernel, type WasmBackend } from './wasm-backend';
import type { ConvAttrs } from './window-2d';

/** Inputs of tfjs' fused convolutions; see `tf.fused.conv2d`. */
interface FusedConvInputs extends ConvInputs {
  readonly bias?: TensorInfo | null;
  readonly preluActivationWeights?: TensorInfo | null;
}

/** Attributes of tfjs' fused convolutions. */
interface FusedConvAttrs extends ConvAttrs {
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

/**
 * Convolution, bias and activation on the wasm backend, by separate kernels.
 *
 * The fused kernels of tfjs-backend-wasm 4.22 return zeros for some 'same' paddings and turn NaN into 0 in relu.
 *
 * @throws {@link BackendError} when wasm lacks the activation.
 */
export function fusedConvolution(kernel: 'Conv2D' | 'DepthwiseConv2dNative') {
  return (backend: WasmBackend, inputs: FusedConvInputs, attrs: FusedConvAttrs): TensorInfo => {
    const { x, filter } = inputs;
    checkActivation(kernel === 'Conv2D' ? 'fused.conv2d' : 'fused.depthwiseConv2d', attrs.activation);
    return finish(backend, runKernel(backend, kernel, { x, filter }, { ...attrs }), { ...inputs, ...attrs });
  };
}

/** Inputs of tfjs' fused product; see `tf.fused.matMul`. */
interface FusedMatMulInputs extends MatMulInputs {
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}

/** Attributes of tfjs' fused product. */
interface FusedMatMulAttrs extends MatMulAttrs {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
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
  attrs: FusedMatMulAttrs,
): TensorInfo {
  checkActivation('fused.matMul', attrs.activation);
  const product = matMul(backend, inputs, attrs);
  return finish(backend, product, { ...inputs, ...attrs });
}

const KERNELS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  prelu: 'Prelu',
  leakyrelu: 'LeakyRelu',
};

/** Refuses an activation of a fused operation that wasm lacks. */
function checkActivation(operation: string, activation: string | undefined): void {
  const kernel = activation && KERNELS[activation];
  if (!activation || activation === 'linear' || (kernel && getKernel(kernel, 'wasm'))) return;
  throw new BackendError(
    `${operation}: expected an activation of linear, ${Object.keys(KERNELS).join(', ')} on wasm, received ` +
      `'${activation}'. Apply it to the result of the operation without an activation.`,
  );
}

/** The last steps of a fused operation: adds a bias, applies an activation, and releases what came before. */
function finish(
  backend: WasmBackend,
  result: TensorInfo,
  steps: {
    readonly bias?: TensorInfo | null;
    readonly activation?: string;
    readonly preluActivationWeights?: TensorInfo | null;
    readonly leakyreluAlpha?: number;
  },
): TensorInfo {
  let out = result;
  const replace = (name: string, inputs: Record<string, TensorInfo>, attrs = {}) => {
    try {
      const next = runKernel(backend, name, inputs, attrs);
      backend.disposeData(out.dataId);
      out = next;
    } catch (error) {
      backend.disposeData(out.dataId);
      throw error;
    }
  };
  const { bias, activation, preluActivationWeights: alpha, leakyreluAlpha } = steps;
  if (bias) replace('Add', { a: out, b: bias });
  const kernel = activation && KERNELS[activation];
  if (kernel) replace(kernel, alpha ? { x: out, alpha } : { x: out }, { alpha: leakyreluAlpha });
  return out;
}
