import { memory } from '@tensorflow/tfjs-core';
import { BackendError } from '../../errors';
import type { WasmBackend } from './wasm-backend';

/** The most that the compiled module's memory grows to: 4 GiB less one page. */
const HEAP_LIMIT = 4294901760;

const guarded = new WeakSet<object>();

/**
 * Lets an allocation that does not fit fail, before anything is written.
 *
 * tfjs-backend-wasm 4.22 takes the address 0 of a failed allocation for a block of memory and writes there. A size
 * beyond 32 bits wraps around: the block is then smaller than the tensor.
 */
export function guardMemory({ wasm }: WasmBackend): void {
  if (guarded.has(wasm)) return;
  guarded.add(wasm);
  // The module puts the compiled function in the place of a stub when it is first called.
  wasm._free(wasm._malloc(1));
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = bytes <= HEAP_LIMIT ? allocate(bytes) : 0;
    if (address !== 0 || bytes === 0) return address;
    const numbers = [bytes, memory().numBytes, wasm.HEAPU8.length, HEAP_LIMIT];
    const [asked, tensors, heap, limit] = numbers.map((number) => number.toLocaleString('en-US'));
    throw new BackendError(
      `wasm is out of memory: expected room for ${asked} bytes more; tensors hold ${tensors} bytes, and the memory has ` +
        `grown to ${heap} of at most ${limit}. Use a smaller batch, or release tensors with tf.tidy and tf.dispose.`,
    );
  };
}
