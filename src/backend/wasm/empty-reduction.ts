import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Stock } from './replacement';
import type { WasmBackend } from './wasm-backend';

/** Attributes of tfjs' reductions. */
export interface ReductionAttrs {
  readonly axis?: number | number[];
  /** What Max calls its axis. */
  readonly reductionIndices?: number | number[];
  readonly keepDims: boolean;
}

type Inputs = { readonly x: TensorInfo };

/**
 * A reduction by tfjs' own kernel, except over a tensor without elements.
 *
 * There the kernels of tfjs-backend-wasm 4.22 return memory that nothing was written to.
 *
 * @param neutral the value of each result then; an integer type holds 0 for what it cannot hold
 */
export function reduction(neutral: number) {
  return (
    backend: WasmBackend,
    inputs: Inputs,
    attrs: ReductionAttrs,
    stock: Stock<Inputs, ReductionAttrs>,
  ): TensorInfo => {
    const { x } = inputs;
    if (util.sizeFromShape(x.shape) > 0) return stock(inputs, attrs);
    const axes = util.parseAxisParam((attrs.axis ?? attrs.reductionIndices) as number[], x.shape);
    const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const dtype = Number.isNaN(neutral) ? 'float32' : x.dtype;
    const out = backend.makeOutput(
      attrs.keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape,
      dtype,
    );
    backend.typedArrayFromHeap(out).fill(neutral);
    return out;
  };
}
