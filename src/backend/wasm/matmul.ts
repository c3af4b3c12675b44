import { broadcast_util, getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { runKernel } from './run-kernel';
import type { WasmBackend } from './wasm-backend';

type NativeMatMul = (...values: unknown[]) => void;

const nativeMatMuls = new WeakMap<object, NativeMatMul>();

/** tfjs' compiled product; on one plain pair of matrices it runs XNNPACK, on anything else scalar code. */
function nativeMatMul(backend: WasmBackend): NativeMatMul {
  let native = nativeMatMuls.get(backend);
  if (!native) {
    const parameters = [
      'number',
      'array',
      'number',
      'number',
      'array',
      'number',
      'number',
      'number',
      'number',
    ];
    native = backend.wasm.cwrap('BatchMatMul', null, parameters);
    nativeMatMuls.set(backend, native);
  }
  return native;
}

/** A second name for a part of a tensor's memory, so that the compiled kernel reads or writes it without a copy. */
function withSlice(backend: WasmBackend, offset: number, size: number, use: (id: number) => void): void {
  const { dataId } = backend.makeOutput([size], 'float32', offset);
  const { id } = backend.dataIdMap.get(dataId);
  use(id);
  // Not disposeData: the memory belongs to the whole tensor.
  backend.wasm.tfjs.disposeData(id);
  backend.dataIdMap.delete(dataId);
}

function shapeBytes(rows: number, columns: number): Uint8Array {
  return new Uint8Array(Int32Array.of(1, rows, columns).buffer);
}

/** Swaps the last two axes: [batch, rows, columns] to [batch, columns, rows]. */
function transposed(backend: WasmBackend, x: TensorInfo): TensorInfo {
  return runKernel(backend, 'Transpose', { x }, { perm: [0, 2, 1] });
}

function flattened(x: TensorInfo): TensorInfo {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return {
    dataId: x.dataId,
    dtype: x.dtype,
    shape: [util.sizeFromShape(x.shape) / (rows * columns), rows, columns],
  };
}

/**
 * Batched matrix product on the wasm backend: transposes first, then one XNNPACK product for each batch entry.
 *
 * tfjs 4.22 runs every product with a transposed or batched operand in scalar code, and with it the gradient of
 * every dense layer.
 *
 * @param a [...batch, m, k], or [...batch, k, m] when `transposeA`
 * @param b [...batch, k, n], or [...batch, n, k] when `transposeB`
 * @returns [...batch, m, n], batch axes broadcast
 */
export function matMul(
  backend: WasmBackend,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): TensorInfo {
  const batchShape = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const left = transposeA ? transposed(backend, flattened(a)) : flattened(a);
  const right = transposeB ? transposed(backend, flattened(b)) : flattened(b);
  const [leftBatch, rows, inner] = left.shape as [number, number, number];
  const [rightBatch, rightInner, columns] = right.shape as [number, number, number];
  util.assert(inner === rightInner, () => `matMul: inner dimensions ${inner} and ${rightInner} differ.`);

  const batch = util.sizeFromShape(batchShape);
  const out = backend.makeOutput([...batchShape, rows, columns], 'float32');
  const offsetOf = (info: TensorInfo) => backend.dataIdMap.get(info.dataId).memoryOffset;
  const multiply = nativeMatMul(backend);
  // With one matrix on the right, all rows of the left batch form one product.
  const foldsIntoOne = rightBatch === 1 && leftBatch === batch;
  const products = foldsIntoOne ? 1 : batch;
  const productRows = foldsIntoOne ? batch * rows : rows;
  const [aOffset, bOffset, outOffset] = [offsetOf(left), offsetOf(right), offsetOf(out)];
  const aStep = leftBatch === 1 ? 0 : rows * inner * 4;
  const bStep = rightBatch === 1 ? 0 : inner * columns * 4;
  const aShape = shapeBytes(productRows, inner);
  const bShape = shapeBytes(inner, columns);
  if (productRows > 0 && columns > 0 && inner > 0) {
    for (let index = 0; index < products; index++) {
      withSlice(backend, aOffset + index * aStep, productRows * inner, (aId) => {
        withSlice(backend, bOffset + index * bStep, inner * columns, (bId) => {
          withSlice(
            backend,
            outOffset + index * productRows * columns * 4,
            productRows * columns,
            (outId) => {
              multiply(aId, aShape, 3, bId, bShape, 3, 0, 0, outId);
            },
          );
        });
      });
    }
  } else {
    backend.typedArrayFromHeap(out).fill(0);
  }
  if (transposeA) backend.disposeData(left.dataId);
  if (transposeB) backend.disposeData(right.dataId);
  return out;
}

const ACTIVATION_KERNELS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  prelu: 'Prelu',
  leakyrelu: 'LeakyRelu',
};

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
 */
export function fusedMatMul(
  backend: WasmBackend,
  inputs: FusedMatMulInputs,
  attrs: { transposeA: boolean; transposeB: boolean; activation: string; leakyreluAlpha?: number },
): TensorInfo {
  let out = matMul(backend, inputs.a, inputs.b, attrs.transposeA, attrs.transposeB);
  const replace = (next: TensorInfo) => {
    backend.disposeData(out.dataId);
    out = next;
  };
  if (inputs.bias) replace(runKernel(backend, 'Add', { a: out, b: inputs.bias }, {}));
  if (attrs.activation && attrs.activation !== 'linear') {
    const name = ACTIVATION_KERNELS[attrs.activation];
    if (!name || !getKernel(name, 'wasm')) {
      throw new Error(`fused.matMul: activation '${attrs.activation}' is not available on wasm.`);
    }
    const weights = inputs.preluActivationWeights;
    replace(
      runKernel(backend, name, weights ? { x: out, alpha: weights } : { x: out }, {
        alpha: attrs.leakyreluAlpha,
      }),
    );
  }
  return out;
}
