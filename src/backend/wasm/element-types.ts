import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Stock } from './replacement';
import { runKernel } from './run-kernel';
import type { WasmBackend } from './wasm-backend';
import { withTemporaries } from './with-temporaries';

type Inputs = { readonly x: TensorInfo };

/**
 * A conversion between types; to bool, whatever is not zero becomes 1.
 *
 * tfjs-backend-wasm 4.22 keeps the lowest byte of the number instead: 256 becomes false, 254 stays 254.
 */
export function cast(
  backend: WasmBackend,
  inputs: Inputs,
  attrs: { readonly dtype: DataType },
  stock: Stock<Inputs, { readonly dtype: DataType }>,
): TensorInfo {
  const { x } = inputs;
  if (attrs.dtype !== 'bool' || x.dtype === 'bool' || x.dtype === 'string') return stock(inputs, attrs);
  const out = backend.makeOutput(x.shape, 'bool');
  const to = backend.typedArrayFromHeap(out);
  for (const [index, value] of backend.typedArrayFromHeap(x).entries()) to[index] = value === 0 ? 0 : 1;
  return out;
}

/**
 * An element-wise kernel that tfjs-backend-wasm 4.22 compiled for numbers only.
 *
 * On bool it prints a line and returns memory that nothing was written to.
 *
 * @param result the type of what cpu returns for bool
 */
export function numbersOnly(result: 'bool' | 'float32') {
  return (
    backend: WasmBackend,
    inputs: Inputs,
    attrs: unknown,
    stock: Stock<Inputs, unknown>,
  ): TensorInfo => {
    if (inputs.x.dtype !== 'bool') return stock(inputs, attrs);
    return withTemporaries(backend, (temporary) => {
      const numbers = temporary(runKernel(backend, 'Cast', inputs, { dtype: 'float32' }));
      const out = stock({ ...inputs, x: numbers }, attrs);
      return result === 'float32'
        ? out
        : runKernel(backend, 'Cast', { x: temporary(out) }, { dtype: 'bool' });
    });
  };
}

/**
 * Whether numbers are NaN, infinite or finite: the same answer for every whole number.
 *
 * tfjs-backend-wasm 4.22 reads the bits of an int32 as a float.
 */
export function floatTest(answer: 0 | 1) {
  return (
    backend: WasmBackend,
    inputs: Inputs,
    attrs: unknown,
    stock: Stock<Inputs, unknown>,
  ): TensorInfo => {
    if (inputs.x.dtype === 'float32') return stock(inputs, attrs);
    const out = backend.makeOutput(inputs.x.shape, 'bool');
    backend.typedArrayFromHeap(out).fill(answer);
    return out;
  };
}
