import type { PackKernels } from './pack-block';
import { type PackPanel, type PackPanels, packPanel, packPanels } from './pack-kernels';
import { type MultiplyStrip, multiplyStrip, TILE_COLUMNS, TILE_ROWS } from './strip-kernel';
import { assembleModule } from './wasm-assembler';

/** What a product is made of, compiled onto one memory. */
export interface GemmKernels {
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
