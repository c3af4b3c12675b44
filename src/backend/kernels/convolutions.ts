import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Stock } from './replacement';
import type { WasmBackend } from './wasm-backend';
import { type ConvAttrs, convolutionWindow, explicitPad } from './window-2d';

/** Inputs of a convolution: x [batch, height, width, in], filter [height, width, in, out or multiplier]. */
export interface ConvInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
}

/**
 * Puts NaN back where the compiled kernels made -Infinity of it, which a relu would then hide.
 *
 * A result that is -Infinity for another reason becomes NaN too.
 */
export function restoreNaN(backend: WasmBackend, x: TensorInfo): TensorInfo {
  const values = backend.typedArrayFromHeap(x);
  for (let index = 0; index < values.length; index++) {
    if (values[index] === Number.NEGATIVE_INFINITY) values[index] = Number.NaN;
  }
  return x;
}

/**
 * A convolution by tfjs' own kernel, with its padding spelled out.
 *
 * Asked for 'same', the kernel of tfjs-backend-wasm 4.22 returns zeros whenever the stride leaves rows or columns of
 * the input unused.
 *
 * @returns [batch, outHeight, outWidth, out]
 * @throws {@link ShapeError} when tfjs computed a wrong output shape.
 */
export function convolution(kernel: 'Conv2D' | 'DepthwiseConv2dNative') {
  return (
    backend: WasmBackend,
    inputs: ConvInputs,
    attrs: ConvAttrs,
    stock: Stock<ConvInputs, ConvAttrs>,
  ) => {
    const { x, filter } = inputs;
    const window = convolutionWindow(kernel, x.shape, filter.shape, attrs, kernel !== 'Conv2D');
    const out = stock(backend, inputs, { ...attrs, pad: explicitPad(window), dimRoundingMode: 'floor' });
    return restoreNaN(backend, out);
  };
}
