import type { TensorInfo } from '@tensorflow/tfjs-core';
import { checkActivation, finish } from './activation';
import type { ConvInputs } from './convolution';
import { runKernel } from './run-kernel';
import type { WasmBackend } from './wasm-backend';
import type { ConvAttrs } from './window-2d';

/** Inputs of tfjs' fused convolutions; see `tf.fused.conv2d`. */
export interface FusedConvInputs extends ConvInputs {
  readonly bias?: TensorInfo | null;
  readonly preluActivationWeights?: TensorInfo | null;
}

/** Attributes of tfjs' fused convolutions. */
export interface FusedConvAttrs extends ConvAttrs {
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
