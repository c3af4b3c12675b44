import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { BackendError, ShapeError } from '../../errors';
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

/** Rows and columns of an operand's matrices, once transposed. */
function matrixShape(x: TensorInfo, transpose: boolean): readonly [number, number] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return transpose ? [columns, rows] : [rows, columns];
}

/** Reads all leading axes as one: [...batch, rows, columns] as [batch, rows, columns]. */
function flattened(x: TensorInfo): TensorInfo {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return { ...x, shape: [util.sizeFromShape(x.shape.slice(0, -2)), rows, columns] };
}

/** Swaps the last two axes: [...batch, rows, columns] to [batch, columns, rows]. */
function transposed(backend: WasmBackend, x: TensorInfo): TensorInfo {
  return runKernel(backend, 'Transpose', { x: flattened(x) }, { perm: [0, 2, 1] });
}

/** Which of an operand's matrices takes part in each product, in row-major order of `batchShape`. */
function matrixOfEachProduct(batchShape: readonly number[], ownShape: readonly number[]): number[] {
  const missing = batchShape.length - ownShape.length;
  return batchShape.reduce<number[]>(
    (matrices, size, axis) => {
      const own = ownShape[axis - missing] ?? 1;
      const along = Array.from({ length: size }, (_, at) => (own === 1 ? 0 : at));
      return matrices.flatMap((matrix) => along.map((at) => matrix * own + at));
    },
    [0],
  );
}

/**
 * Batched matrix product on the wasm backend: transposes first, then one XNNPACK product for each batch entry.
 *
 * tfjs 4.22 runs every product with a transposed or batched operand in scalar code, and with it the gradient of
 * every dense layer.
 *
 * @param a [...batch, m, k], or [...batch, k, m] when `transposeA`; float32
 * @param b [...batch, k, n], or [...batch, n, k] when `transposeB`; float32
 * @returns [...batch, m, n], batch axes broadcast; zeros when k is 0
 * @throws {@link BackendError} when an operand is not float32, {@link ShapeError} when the inner sizes differ.
 */
export function matMul(
  backend: WasmBackend,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): TensorInfo {
  // The compiled product would read any other type's bits as float32.
  const other = [a, b].find(({ dtype }) => dtype !== 'float32');
  if (other) {
    throw new BackendError(
      `matMul: wasm multiplies float32 only, received ${other.dtype}. Cast with tf.cast(x, 'float32').`,
    );
  }
  const [aBatch, bBatch] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batchShape = broadcast_util.assertAndGetBroadcastShape(aBatch, bBatch);
  const [rows, inner] = matrixShape(a, transposeA);
  const [bInner, columns] = matrixShape(b, transposeB);
  if (inner !== bInner) {
    throw new ShapeError(
      `matMul: expected equal inner sizes, received ${inner} and ${bInner} (shapes [${a.shape}] and [${b.shape}], ` +
        `transposeA ${transposeA}, transposeB ${transposeB}).`,
    );
  }

  const out = backend.makeOutput([...batchShape, rows, columns], 'float32');
  if (util.sizeFromShape(out.shape) === 0 || inner === 0) {
    backend.typedArrayFromHeap(out).fill(0);
    return out;
  }
  const left = transposeA ? transposed(backend, a) : a;
  const right = transposeB ? transposed(backend, b) : b;
  const offsetOf = ({ dataId }: TensorInfo) => backend.dataIdMap.get(dataId).memoryOffset;
  const [leftOffset, rightOffset, outOffset] = [offsetOf(left), offsetOf(right), offsetOf(out)];

  // With one matrix on the right, all rows of the left batch form one product.
  const batch = util.sizeFromShape(batchShape);
  const foldsIntoOne = util.sizeFromShape(bBatch) === 1 && util.sizeFromShape(aBatch) === batch;
  const productRows = foldsIntoOne ? batch * rows : rows;
  const leftMatrices = foldsIntoOne ? [0] : matrixOfEachProduct(batchShape, aBatch);
  const rightMatrices = foldsIntoOne ? [0] : matrixOfEachProduct(batchShape, bBatch);
  const [leftSize, rightSize, outSize] = [productRows * inner, inner * columns, productRows * columns];
  const leftShape = shapeBytes(productRows, inner);
  const rightShape = shapeBytes(inner, columns);
  const multiply = nativeMatMul(backend);
  for (const [index, leftMatrix] of leftMatrices.entries()) {
    const rightMatrix = rightMatrices[index] as number;
    withSlice(backend, leftOffset + leftMatrix * leftSize * 4, leftSize, (leftId) => {
      withSlice(backend, rightOffset + rightMatrix * rightSize * 4, rightSize, (rightId) => {
        withSlice(backend, outOffset + index * outSize * 4, outSize, (outId) => {
          multiply(leftId, leftShape, 3, rightId, rightShape, 3, 0, 0, outId);
        });
      });
    });
  }
  if (transposeA) backend.disposeData(left.dataId);
  if (transposeB) backend.disposeData(right.dataId);
  return out;
}
