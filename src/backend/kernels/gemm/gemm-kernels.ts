import type { PackKernels } from './pack-block';
import { type PackPanel, type PackPanels, packPanel, packPanels } from './pack-kernels';
import { assembleModule, type Code, f32x4, flow, i32, local, type WasmFunction } from './wasm-assembler';

/** What a product is made of, compiled onto one memory. */
interface GemmKernels {
  readonly strip: MultiplyStrip;
  /** Packs the left matrix. */
  readonly packRows: PackKernels;
  /** Packs the right matrix. */
  readonly packColumns: PackKernels;
}

let compiled: WebAssembly.Module | undefined;

/** @throws WebAssembly.CompileError where there is no SIMD */
export function createGemmKernels(memory: WebAssembly.Memory): GemmKernels {
  compiled ??= new WebAssembly.Module(
    assembleModule({
      strip: multiplyStrip(),
      packRow: packPanel(TILE_ROWS),
      packRows: packPanels(TILE_ROWS),
      packColumn: packPanel(TILE_COLUMNS),
      packColumns: packPanels(TILE_COLUMNS),
    }),
  );
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return {
    strip: exports.strip as MultiplyStrip,
    packRows: {
      width: TILE_ROWS,
      one: exports.packRow as PackPanel,
      several: exports.packRows as PackPanels,
    },
    packColumns: {
      width: TILE_COLUMNS,
      one: exports.packColumn as PackPanel,
      several: exports.packColumns as PackPanels,
    },
  };
}

/** Rows of a tile of the product. */
export const TILE_ROWS = 4;
/** Columns of a tile. */
export const TILE_COLUMNS = 8;

/**
 * Multiplies one panel of the left matrix with panels of the right one: a strip of the product, tile by tile.
 *
 * All addresses and strides are in bytes.
 *
 * @param left the panel: for each step of depth, {@link TILE_ROWS} floats
 * @param right the panels one after the other: for each step of depth, {@link TILE_COLUMNS} floats
 * @param out where the strip starts
 * @param outStride from one row of the product to the next
 * @param depth length of the sums, at least 1
 * @param panels how many tiles lie side by side, at least 1
 * @param accumulate 1 adds to what is in `out`, 0 replaces it
 */
type MultiplyStrip = (
  left: number,
  right: number,
  out: number,
  outStride: number,
  depth: number,
  panels: number,
  accumulate: number,
) => void;

const FLOAT = 4;
const VECTOR = 16;
const ROWS = Array.from({ length: TILE_ROWS }, (_, row) => row);
const VECTORS = Array.from({ length: (TILE_COLUMNS * FLOAT) / VECTOR }, (_, vector) => vector);

/** The code of {@link MultiplyStrip}: a tile stays in eight registers while the depth is walked. */
function multiplyStrip(): WasmFunction {
  const [left, right, out, outStride, depth, panels, accumulate] = [0, 1, 2, 3, 4, 5, 6] as const;
  const [leftAt, steps, rowAt, leftValue] = [7, 8, 9, 10] as const;
  const rightValue = (vector: number) => leftValue + 1 + vector;
  const sum = (row: number, vector: number) => leftValue + 1 + VECTORS.length * (1 + row) + vector;
  const { get, set, advance, countDown } = local;

  const eachTileRow = (visit: (row: number, vector: number) => Code): Code => [
    ...set(rowAt, get(out)),
    ...ROWS.flatMap((row) => [
      ...VECTORS.flatMap((vector) => visit(row, vector)),
      ...advance(rowAt, get(outStride)),
    ]),
  ];
  const start = flow.ifElse(
    get(accumulate),
    eachTileRow((row, vector) => set(sum(row, vector), f32x4.load(get(rowAt), vector * VECTOR))),
    ROWS.flatMap((row) => VECTORS.flatMap((vector) => set(sum(row, vector), f32x4.zero))),
  );
  // One step only: unrolled, V8 runs out of registers and the kernel takes half as long again.
  const step: Code = [
    ...VECTORS.flatMap((vector) => set(rightValue(vector), f32x4.load(get(right), vector * VECTOR))),
    ...ROWS.flatMap((row) => [
      ...set(leftValue, f32x4.loadSplat(get(leftAt), row * FLOAT)),
      ...VECTORS.flatMap((vector) => {
        const product = f32x4.multiply(get(leftValue), get(rightValue(vector)));
        return set(sum(row, vector), f32x4.add(get(sum(row, vector)), product));
      }),
    ]),
    ...advance(right, i32.constant(TILE_COLUMNS * FLOAT)),
    ...advance(leftAt, i32.constant(TILE_ROWS * FLOAT)),
  ];
  const tile: Code = [
    ...start,
    ...set(leftAt, get(left)),
    ...set(steps, get(depth)),
    ...flow.doWhile(step, countDown(steps)),
    ...eachTileRow((row, vector) => f32x4.store(get(rowAt), vector * VECTOR, get(sum(row, vector)))),
    ...advance(out, i32.constant(TILE_COLUMNS * FLOAT)),
  ];
  return {
    parameters: 7,
    integers: 3,
    vectors: 1 + VECTORS.length * (1 + TILE_ROWS),
    body: flow.doWhile(tile, countDown(panels)),
  };
}
