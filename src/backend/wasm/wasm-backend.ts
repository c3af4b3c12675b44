import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** The parts of tfjs-backend-wasm 4.22 that own kernels use; its package does not export this type. */
export interface WasmBackend {
  readonly wasm: {
    cwrap(name: string, returns: null, parameters: readonly string[]): (...values: unknown[]) => void;
    readonly tfjs: { disposeData(id: number): void };
    /** What the compiled module exports; in its threaded build without the memory. */
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    /** Address of new memory, or 0 when there is none. */
    _malloc(bytes: number): number;
    _free(address: number): void;
    /** The memory as bytes; replaced whenever it grows. */
    readonly HEAPU8: Uint8Array;
  };
  readonly dataIdMap: {
    get(dataId: object): { readonly id: number; readonly memoryOffset: number };
    delete(dataId: object): boolean;
  };
  incRef(dataId: object): void;
  makeOutput(shape: readonly number[], dtype: DataType, memoryOffset?: number): TensorInfo;
  typedArrayFromHeap(info: TensorInfo): Float32Array | Int32Array | Uint8Array;
  disposeData(dataId: object): boolean;
  dispose(): void;
}
