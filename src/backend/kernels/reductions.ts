import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Stock } from './replacement';
import type { WasmBackend } from './wasm-backend';

/** Attributes of tfjs' reductions. */
interface ReductionAttrs {
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
    if (util.sizeFromShape(x.shape) > 0) return stock(backend, inputs, attrs);
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

const otherSum = reduction(0);

/** A sum: over leading float32 axes by this library, else by tfjs' own kernel, except over nothing. */
export function sum(
  backend: WasmBackend,
  inputs: Inputs,
  attrs: ReductionAttrs & { readonly axis: number | number[] },
  stock: Stock<Inputs, ReductionAttrs>,
): TensorInfo {
  const { x } = inputs;
  const axes = x.dtype === 'float32' ? countLeadingAxes(x, attrs.axis) : 0;
  return axes > 0
    ? sumLeadingAxes(backend, x, axes, attrs.keepDims)
    : otherSum(backend, inputs, attrs, stock);
}

/** How many of a sum's axes lead the shape, or 0 when it runs over others too. */
function countLeadingAxes(x: TensorInfo, axis: number | readonly number[]): number {
  const axes = util.parseAxisParam(axis as number[], x.shape).sort((a, b) => a - b);
  return axes.every((each, index) => each === index) ? axes.length : 0;
}

/**
 * Sums over leading axes, as the gradient of a bias does: [rows..., columns...] to [columns...].
 *
 * tfjs-backend-wasm 4.22 transposes the tensor first.
 *
 * @param x float32
 * @param axes how many axes are summed over
 * @param keepDims leave them as axes of size 1
 */
function sumLeadingAxes(backend: WasmBackend, x: TensorInfo, axes: number, keepDims: boolean): TensorInfo {
  const rest = x.shape.slice(axes);
  const shape = keepDims ? [...new Array<number>(axes).fill(1), ...rest] : rest;
  const out = backend.makeOutput(shape, 'float32');
  const columns = util.sizeFromShape(rest);
  // Double precision: thousands of rows would round a float32 sum at each step.
  const sums = new Float64Array(columns);
  addRows(sums, backend.typedArrayFromHeap(x) as Float32Array);
  backend.typedArrayFromHeap(out).set(sums);
  return out;
}

/** Adds rows of `sums.length` values each. */
function addRows(sums: Float64Array, values: Float32Array): void {
  const columns = sums.length;
  const inFours = values.length - (values.length % (4 * columns || 1));
  // Four rows at a time, which halves the time: sums are read and written less often.
  for (let row = 0; row < inFours; row += 4 * columns) {
    let [first, second, third, fourth] = [row, row + columns, row + 2 * columns, row + 3 * columns];
    for (let column = 0; column < columns; column++) {
      const upper = (values[first++] as number) + (values[second++] as number);
      const lower = (values[third++] as number) + (values[fourth++] as number);
      sums[column] = (sums[column] as number) + upper + lower;
    }
  }
  for (let index = inFours; index < values.length; index++) {
    const column = (index - inFours) % columns;
    sums[column] = (sums[column] as number) + (values[index] as number);
  }
}

/** Attributes of tfjs' running sum and product. */
interface CumulativeAttrs {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

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
  return stock(backend, inputs, { ...attrs, axis: axis as number });
}
