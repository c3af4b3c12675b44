import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { BackendError, ShapeError } from '../../errors';
import { createMatrixMultiplier, type MatrixProduct, SCRATCH_BYTES } from './gemm/multiply-matrices';
import type { StridedMatrix } from './gemm/pack-block';
import type { WasmBackend } from './wasm-backend';

type Multiply = (product: MatrixProduct) => void;

const multipliers = new WeakMap<object, Multiply>();

/** The products on a backend's memory; its scratch memory lives as long as the backend. */
function multiplierOf(backend: WasmBackend): Multiply {
  let multiply = multipliers.get(backend);
  if (!multiply) {
    const { asm, _malloc } = backend.wasm;
    if (!(asm?.memory instanceof WebAssembly.Memory)) {
      throw new BackendError(
        "matMul: tfjs-backend-wasm's memory is out of reach, expected version 4.22 without threads. Call " +
          "tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false) before the backend starts.",
      );
    }
    const scratch = _malloc(SCRATCH_BYTES);
    if (scratch === 0) {
      throw new BackendError(`matMul: no memory left on wasm for ${SCRATCH_BYTES} bytes of scratch.`);
    }
    multiply = createMatrixMultiplier(asm.memory, scratch >>> 0);
    multipliers.set(backend, multiply);
  }
  return multiply;
}

/** Rows and columns of an operand's matrices, once transposed. */
function matrixShape(x: TensorInfo, transpose: boolean): readonly [number, number] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return transpose ? [columns, rows] : [rows, columns];
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

/** Inputs of tfjs' matrix product. */
export interface MatMulInputs {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
}

/** Attributes of tfjs' matrix product. */
export interface MatMulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * Batched matrix product on the wasm backend, by own compiled code that reads transposed operands where they are.
 *
 * tfjs 4.22 runs every product with a transposed or batched operand in scalar code, and with it the gradient of
 * every dense layer; its plain product (XNNPACK) reaches about two thirds of this one's speed.
 *
 * @param inputs a [...batch, m, k], or [...batch, k, m] when `transposeA`; b [...batch, k, n], or [...batch, n, k] when
 *   `transposeB`; float32
 * @returns [...batch, m, n], batch axes broadcast; zeros when k is 0
 * @throws {@link BackendError} when an operand is not float32, {@link ShapeError} when the inner sizes differ.
 */
export function matMul(
  backend: WasmBackend,
  { a, b }: MatMulInputs,
  { transposeA, transposeB }: MatMulAttrs,
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

  // Before the output, which an error here would leave behind.
  const multiply = multiplierOf(backend);
  const out = backend.makeOutput([...batchShape, rows, columns], 'float32');
  if (util.sizeFromShape(out.shape) === 0 || inner === 0) {
    backend.typedArrayFromHeap(out).fill(0);
    return out;
  }
  const startOf = ({ dataId }: TensorInfo) => (backend.dataIdMap.get(dataId).memoryOffset >>> 0) / 4;
  const [leftStart, rightStart, outStart] = [startOf(a), startOf(b), startOf(out)];
  const leftStrides = transposeA ? { stride: 1, depthStride: rows } : { stride: inner, depthStride: 1 };
  const rightStrides = transposeB ? { stride: inner, depthStride: 1 } : { stride: 1, depthStride: columns };

  // With one matrix on the right, all rows of the left batch form one product.
  const batch = util.sizeFromShape(batchShape);
  const foldsIntoOne =
    !transposeA && util.sizeFromShape(bBatch) === 1 && util.sizeFromShape(aBatch) === batch;
  const productRows = foldsIntoOne ? batch * rows : rows;
  const leftMatrices = foldsIntoOne ? [0] : matrixOfEachProduct(batchShape, aBatch);
  const rightMatrices = foldsIntoOne ? [0] : matrixOfEachProduct(batchShape, bBatch);
  for (const [index, leftMatrix] of leftMatrices.entries()) {
    const rightMatrix = rightMatrices[index] as number;
    const left: StridedMatrix = { start: leftStart + leftMatrix * rows * inner, ...leftStrides };
    const right: StridedMatrix = { start: rightStart + rightMatrix * inner * columns, ...rightStrides };
    const to = outStart + index * productRows * columns;
    multiply({ left, right, out: to, rows: productRows, depth: inner, columns });
  }
  return out;
}
