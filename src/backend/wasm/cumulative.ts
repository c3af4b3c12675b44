import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Stock } from './replacement';
import type { WasmBackend } from './wasm-backend';

/** Attributes of tfjs' running sum and product. */
export interface CumulativeAttrs {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

type Inputs = { readonly x: TensorInfo };

/**
 * A running sum or product by tfjs' own kernel, with its axis counted from the front.
 *
 * Given a negative axis, the kernel of tfjs-backend-wasm 4.22 writes outside of its output.
 */
export function cumulative(
  backend: WasmBackend,
  inputs: Inputs,
  attrs: CumulativeAttrs,
  stock: Stock<Inputs, CumulativeAttrs>,
): TensorInfo {
  const { x } = inputs;
  if (util.sizeFromShape(x.shape) === 0) return backend.makeOutput(x.shape, x.dtype);
  const [axis] = util.parseAxisParam(attrs.axis, x.shape);
  return stock(inputs, { ...attrs, axis: axis as number });
}
