import { type DataType, getKernel, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';

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

/** Calls a kernel that tfjs-backend-wasm registered, outside of the gradient tape. */
export function runKernel(
  backend: WasmBackend,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  attrs: Readonly<Record<string, unknown>>,
): TensorInfo {
  const { kernelFunc } = getKernel(name, 'wasm') as KernelConfig;
  return kernelFunc({ inputs, backend, attrs: attrs as never }) as TensorInfo;
}

/** Notes a tensor for release and returns it. */
export type Temporary = <T extends TensorInfo>(x: T) => T;

/** Runs a composed kernel and releases what it noted as temporary, also when it fails half way. */
export function withTemporaries<T>(backend: WasmBackend, use: (temporary: Temporary) => T): T {
  const temporaries: TensorInfo[] = [];
  try {
    return use((x) => {
      temporaries.push(x);
      return x;
    });
  } finally {
    for (const { dataId } of temporaries) backend.disposeData(dataId);
  }
}
