import { memory } from '@tensorflow/tfjs-core';
import { BackendError } from '../../errors';
import type { WasmBackend } from './wasm-backend';

/** The most that the compiled module's memory grows to: 4 GiB less one page. */
const HEAP_LIMIT = 4294901760;

/** Protects memory and listeners from what tfjs-backend-wasm 4.22 does to them; a second call does nothing. */
export function guardWasm(backend: object): void {
  guardMemory(backend as WasmBackend);
  keepListenersOnDispose(backend as WasmBackend);
}

const guarded = new WeakSet<object>();

/**
 * Lets an allocation that does not fit fail, before anything is written.
 *
 * tfjs-backend-wasm 4.22 takes the address 0 of a failed allocation for a block of memory and writes there. A size
 * beyond 32 bits wraps around: the block is then smaller than the tensor.
 */
function guardMemory({ wasm }: WasmBackend): void {
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

const FATAL_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Both events at once; Node's types know them one by one. */
type Event = 'uncaughtException';

function hasProcess(): boolean {
  return typeof process !== 'undefined' && typeof process.rawListeners === 'function';
}

/**
 * Undoes what tfjs-backend-wasm 4.22 does to the process while it starts.
 *
 * Its module listens to both fatal events and throws again from there, so that any later error of the program prints
 * the module's whole source, one line of 60 kB, instead of a stack.
 *
 * @returns a function that removes the listeners added since
 */
export function watchFatalListeners(): () => void {
  if (!hasProcess()) return () => {};
  const before = FATAL_EVENTS.map((event) => new Set<unknown>(process.listeners(event as Event)));
  return () => {
    for (const [index, event] of FATAL_EVENTS.entries()) {
      for (const listener of process.listeners(event as Event)) {
        if (!before[index]?.has(listener)) process.removeListener(event, listener);
      }
    }
  };
}

const kept = new WeakSet<object>();

/**
 * Lets the process keep its listeners when the backend is removed.
 *
 * tfjs-backend-wasm 4.22 means to remove its own, and removes every one that was there when it started.
 */
function keepListenersOnDispose(backend: WasmBackend): void {
  if (!hasProcess() || kept.has(backend)) return;
  kept.add(backend);
  const dispose = backend.dispose;
  backend.dispose = () => {
    const before = FATAL_EVENTS.map((event) => process.rawListeners(event));
    try {
      dispose.call(backend);
    } finally {
      for (const [index, event] of FATAL_EVENTS.entries()) {
        const listeners = before[index] as ReturnType<typeof process.rawListeners>;
        if (process.rawListeners(event).length === listeners.length) continue;
        process.removeAllListeners(event);
        for (const listener of listeners) process.on(event as Event, listener as never);
      }
    }
  };
}
