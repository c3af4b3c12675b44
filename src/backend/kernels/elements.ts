import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Stock } from './replacement';
import { runKernel, type WasmBackend, withTemporaries } from './wasm-backend';

type Inputs = { readonly x: TensorInfo };

/**
 * A conversion between types; to bool, whatever is not zero becomes 1.
 *
 * tfjs-backend-wasm 4.22 keeps the lowest byte of the number instead: 256 becomes false, 254 stays 254. It copies what has
 * the type already, which {@link shareData} does not.
 */
export function cast(
  backend: WasmBackend,
  inputs: Inputs,
  attrs: { readonly dtype: DataType },
  stock: Stock<Inputs, { readonly dtype: DataType }>,
): TensorInfo {
  const { x } = inputs;
  if (x.dtype === 'string') return stock(backend, inputs, attrs);
  if (x.dtype === attrs.dtype) return shareData(backend, x);
  if (attrs.dtype !== 'bool') return stock(backend, inputs, attrs);
  const out = backend.makeOutput(x.shape, 'bool');
  const to = backend.typedArrayFromHeap(out);
  for (const [index, value] of backend.typedArrayFromHeap(x).entries()) to[index] = value === 0 ? 0 : 1;
  return out;
}

/** A clone: a second owner of the memory, for all but text. */
export function identity(
  backend: WasmBackend,
  inputs: Inputs,
  attrs: unknown,
  stock: Stock<Inputs, unknown>,
): TensorInfo {
  return inputs.x.dtype === 'string' ? stock(backend, inputs, attrs) : shareData(backend, inputs.x);
}

/**
 * A second owner of a tensor's memory, which nothing may write to: tensors do not change.
 *
 * tfjs-backend-wasm 4.22 copies instead, and the gradient tape clones whatever it saves.
 */
function shareData(backend: WasmBackend, x: TensorInfo): TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
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
    if (inputs.x.dtype !== 'bool') return stock(backend, inputs, attrs);
    return withTemporaries(backend, (temporary) => {
      const numbers = temporary(runKernel(backend, 'Cast', inputs, { dtype: 'float32' }));
      const out = stock(backend, { ...inputs, x: numbers }, attrs);
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
    if (inputs.x.dtype === 'float32') return stock(backend, inputs, attrs);
    const out = backend.makeOutput(inputs.x.shape, 'bool');
    backend.typedArrayFromHeap(out).fill(answer);
    return out;
  };
}

/** An element-wise kernel in plain JavaScript; the type stays. */
function elementwise(of: (x: number) => number) {
  return (backend: WasmBackend, { x }: Inputs): TensorInfo => {
    const out = backend.makeOutput(x.shape, x.dtype);
    const to = backend.typedArrayFromHeap(out);
    const from = backend.typedArrayFromHeap(x);
    for (let index = 0; index < from.length; index++) to[index] = of(from[index] as number);
    return out;
  };
}

/** -1, 0 or 1; 0 for NaN, as cpu gives. tfjs-backend-wasm 4.22 gives 0 for whatever is below 1.2e-7. */
export const sign = elementwise((x) => (x > 0 ? 1 : x < 0 ? -1 : 0));

/** log(1 + x). tfjs-backend-wasm 4.22 adds first, and loses every x below 6e-8. */
export const log1p = elementwise(Math.log1p);

/**
 * Numbers held between two limits; NaN stays NaN.
 *
 * tfjs-backend-wasm 4.22 turns NaN into the lower limit, which hides it from whoever looks for it, and computes int32
 * on the bits of floats.
 *
 * @param x float32, int32 or bool
 */
function clip(backend: WasmBackend, x: TensorInfo, low: number, high: number): TensorInfo {
  const out = backend.makeOutput(x.shape, x.dtype);
  const to = backend.typedArrayFromHeap(out);
  const from = backend.typedArrayFromHeap(x);
  for (let index = 0; index < from.length; index++) {
    to[index] = Math.min(Math.max(from[index] as number, low), high);
  }
  return out;
}

/** tfjs' `clipByValue`. */
export function clipByValue(
  backend: WasmBackend,
  { x }: Inputs,
  attrs: { readonly clipValueMin: number; readonly clipValueMax: number },
): TensorInfo {
  return clip(backend, x, attrs.clipValueMin, attrs.clipValueMax);
}

/** tfjs' `relu6`. */
export function relu6(backend: WasmBackend, { x }: Inputs): TensorInfo {
  return clip(backend, x, 0, 6);
}

/**
 * x where it is not negative, alpha x elsewhere, with `alpha` broadcast to x.
 *
 * tfjs-backend-wasm 4.22 takes alpha for one value per channel, whatever its shape.
 *
 * @returns the shape of x, float32
 */
export function prelu(
  backend: WasmBackend,
  inputs: { readonly x: TensorInfo; readonly alpha: TensorInfo },
): TensorInfo {
  return withTemporaries(backend, (temporary) => {
    const floats = (x: TensorInfo) => temporary(runKernel(backend, 'Cast', { x }, { dtype: 'float32' }));
    const [x, alpha] = [floats(inputs.x), floats(inputs.alpha)];
    const out = runKernel(backend, 'Multiply', { a: x, b: alpha }, {});
    const scaled = backend.typedArrayFromHeap(out);
    const values = backend.typedArrayFromHeap(x);
    for (let index = 0; index < util.sizeFromShape(x.shape); index++) {
      const value = values[index] as number;
      if (value >= 0) scaled[index] = value;
    }
    return out;
  });
}

/**
 * One number of `depth` set for each index, none where the index is out of range.
 *
 * tfjs-backend-wasm 4.22 writes integers whatever the type asked for.
 *
 * @param inputs indices of any shape, int32
 * @returns [...indices, depth]
 */
export function oneHot(
  backend: WasmBackend,
  inputs: { readonly indices: TensorInfo },
  attrs: {
    readonly dtype: DataType;
    readonly depth: number;
    readonly onValue: number;
    readonly offValue: number;
  },
): TensorInfo {
  const { depth, onValue, offValue } = attrs;
  const out = backend.makeOutput([...inputs.indices.shape, depth], attrs.dtype);
  const values = backend.typedArrayFromHeap(out).fill(offValue);
  for (const [row, index] of backend.typedArrayFromHeap(inputs.indices).entries()) {
    if (index >= 0 && index < depth) values[row * depth + index] = onValue;
  }
  return out;
}
