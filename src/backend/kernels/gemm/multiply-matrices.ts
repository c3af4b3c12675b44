import { createGemmKernels, TILE_COLUMNS, TILE_ROWS } from './gemm-kernels';
import { packBlock, type StridedMatrix } from './pack-block';

/** One product of two matrices in a heap of floats; positions and strides count floats. */
export interface MatrixProduct {
  /** [rows, depth] */
  readonly left: StridedMatrix;
  /** [columns, depth]: the right matrix, seen from its columns. */
  readonly right: StridedMatrix;
  /** Where the product [rows, columns] is written, row after row. */
  readonly out: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
}

// Blocks of the operands that stay in a core's caches, in floats.
const BLOCK_ROWS = 64;
const BLOCK_DEPTH = 256;
const BLOCK_COLUMNS = 256;
const LEFT_FLOATS = BLOCK_ROWS * BLOCK_DEPTH;
const RIGHT_FLOATS = BLOCK_COLUMNS * BLOCK_DEPTH;
const EDGE_FLOATS = TILE_ROWS * BLOCK_COLUMNS;
const FLOAT = 4;

/** Bytes that {@link createMatrixMultiplier} needs for its blocks. */
export const SCRATCH_BYTES = (LEFT_FLOATS + RIGHT_FLOATS + EDGE_FLOATS) * FLOAT;

/**
 * Prepares products of float32 matrices, transposed or not, on a WebAssembly memory.
 *
 * @param memory its size may grow between products
 * @param scratch address of {@link SCRATCH_BYTES} bytes that nobody else uses
 * @see Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication", section 4 (blocks and panels)
 */
export function createMatrixMultiplier(
  memory: WebAssembly.Memory,
  scratch: number,
): (product: MatrixProduct) => void {
  const { strip, packRows, packColumns } = createGemmKernels(memory);
  const leftPanels = scratch / FLOAT;
  const rightPanels = leftPanels + LEFT_FLOATS;
  const edge = rightPanels + RIGHT_FLOATS;
  let heap = new Float32Array(memory.buffer);
  heap.fill(0, leftPanels, edge + EDGE_FLOATS);

  /** One panel of the left matrix with all of the right block: up to four rows of the product, added to or replaced. */
  const multiplyPanel = (
    panel: number,
    steps: number,
    { target, stride, rows, columns, adds }: Strip,
  ): void => {
    const whole = rows === TILE_ROWS ? columns - (columns % TILE_COLUMNS) : 0;
    const [from, accumulate] = [panel * FLOAT, adds ? 1 : 0];
    if (whole > 0) {
      const panels = whole / TILE_COLUMNS;
      strip(from, rightPanels * FLOAT, target * FLOAT, stride * FLOAT, steps, panels, accumulate);
    }
    if (whole === columns) return;
    // Tiles that reach over an edge of the product go by way of scratch memory.
    const panels = Math.ceil((columns - whole) / TILE_COLUMNS);
    const rightFrom = (rightPanels + whole * steps) * FLOAT;
    const rest = { rows, columns: columns - whole };
    if (adds) copyRows(heap, target + whole, stride, edge, BLOCK_COLUMNS, rest);
    strip(from, rightFrom, edge * FLOAT, BLOCK_COLUMNS * FLOAT, steps, panels, accumulate);
    copyRows(heap, edge, BLOCK_COLUMNS, target + whole, stride, rest);
  };

  return ({ left, right, out, rows, depth, columns }) => {
    // Growing the memory detaches its old buffer.
    if (heap.buffer !== memory.buffer) heap = new Float32Array(memory.buffer);
    for (let column = 0; column < columns; column += BLOCK_COLUMNS) {
      const width = Math.min(BLOCK_COLUMNS, columns - column);
      for (let k = 0; k < depth; k += BLOCK_DEPTH) {
        const steps = Math.min(BLOCK_DEPTH, depth - k);
        packBlock(heap, packColumns, block(right, column, k), width, steps, rightPanels);
        for (let row = 0; row < rows; row += BLOCK_ROWS) {
          const height = Math.min(BLOCK_ROWS, rows - row);
          packBlock(heap, packRows, block(left, row, k), height, steps, leftPanels);
          for (let inner = 0; inner < height; inner += TILE_ROWS) {
            multiplyPanel(leftPanels + inner * steps, steps, {
              target: out + (row + inner) * columns + column,
              stride: columns,
              rows: Math.min(TILE_ROWS, height - inner),
              columns: width,
              adds: k > 0,
            });
          }
        }
      }
    }
  };
}

/** Where a strip of the product goes. */
interface Strip {
  readonly target: number;
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
  readonly adds: boolean;
}

function copyRows(
  heap: Float32Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      heap[to + row * toStride + column] = heap[from + row * fromStride + column] as number;
    }
  }
}

/** The part of a matrix from row `i` and step `k` on. */
function block({ start, stride, depthStride }: StridedMatrix, i: number, k: number): StridedMatrix {
  return { start: start + i * stride + k * depthStride, stride, depthStride };
}
