import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { runKernel, type Temporary, type WasmBackend, withTemporaries } from './wasm-backend';

/** A tensor and the label of each of its axes. */
interface Labelled {
  readonly x: TensorInfo;
  readonly labels: readonly string[];
}

/** Sums over the axes whose labels nothing else needs. */
function sumOut(
  backend: WasmBackend,
  { x, labels }: Labelled,
  needed: ReadonlySet<string>,
  temporary: Temporary,
) {
  const axis = labels.flatMap((label, index) => (needed.has(label) ? [] : [index]));
  if (axis.length === 0) return { x, labels };
  const sum = temporary(runKernel(backend, 'Sum', { x }, { axis, keepDims: false }));
  return { x: sum, labels: labels.filter((label) => needed.has(label)) };
}

/** Puts the axes in the order of `order`. */
function ordered(
  backend: WasmBackend,
  { x, labels }: Labelled,
  order: readonly string[],
  temporary: Temporary,
) {
  const perm = order.map((label) => labels.indexOf(label));
  return perm.every((axis, index) => axis === index)
    ? x
    : temporary(runKernel(backend, 'Transpose', { x }, { perm }));
}

/** Two labelled tensors as one batched matrix product: labels of both and of the result are batch axes. */
function product(
  backend: WasmBackend,
  left: Labelled,
  right: Labelled,
  output: readonly string[],
  temporary: Temporary,
): Labelled {
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => output.includes(label));
  const inner = shared.filter((label) => !output.includes(label));
  const leftOnly = left.labels.filter((label) => !shared.includes(label));
  const rightOnly = right.labels.filter((label) => !shared.includes(label));
  const size = (labels: readonly string[]) =>
    util.sizeFromShape(
      labels.map((label) => {
        const own = left.labels.includes(label) ? left : right;
        return own.x.shape[own.labels.indexOf(label)] as number;
      }),
    );
  const a = ordered(backend, left, [...batch, ...leftOnly, ...inner], temporary);
  const b = ordered(backend, right, [...batch, ...inner, ...rightOnly], temporary);
  const operands = {
    a: { ...a, shape: [size(batch), size(leftOnly), size(inner)] },
    b: { ...b, shape: [size(batch), size(inner), size(rightOnly)] },
  };
  const x = temporary(runKernel(backend, 'BatchMatMul', operands, { transposeA: false, transposeB: false }));
  const labels = [...batch, ...leftOnly, ...rightOnly];
  return { x: { ...x, shape: labels.map((label) => size([label])) }, labels };
}

/**
 * Einstein summation of one or two tensors, which tfjs-backend-wasm 4.22 lacks.
 *
 * @param inputs the tensors under '0' and '1'; two must be float32
 * @throws Error for what tfjs' notation leaves out: an ellipsis, a label twice in one term, three tensors.
 */
export function einsum(
  backend: WasmBackend,
  inputs: Readonly<Record<string, TensorInfo>>,
  attrs: { readonly equation: string },
): TensorInfo {
  const tensors = Object.values(inputs);
  const { allDims, idDims } = backend_util.decodeEinsumEquation(attrs.equation, tensors.length);
  backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as never);
  const output = [...(attrs.equation.replace(/\s/g, '').split('->')[1] as string)];
  return withTemporaries(backend, (temporary) => {
    const terms = idDims.map((dims, index) => ({
      x: tensors[index] as TensorInfo,
      labels: dims.map((dim) => allDims[dim] as string),
    }));
    const summed = terms.map((term, index) => {
      const others = terms.flatMap(({ labels }, other) => (other === index ? [] : labels));
      return sumOut(backend, term, new Set([...output, ...others]), temporary);
    });
    const [left, right] = summed as [Labelled, Labelled | undefined];
    const result = right ? product(backend, left, right, output, temporary) : left;
    // What is returned must not be released with the temporaries.
    const perm = output.map((label) => result.labels.indexOf(label));
    return runKernel(backend, 'Transpose', { x: result.x }, { perm });
  });
}
