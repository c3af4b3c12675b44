import { expect, it } from 'vitest';
import { createGemmKernels } from '../../../../src/backend/kernels/gemm/gemm-kernels';
import {
  assembleModule,
  f32,
  flow,
  i32,
  local,
  type WasmFunction,
} from '../../../../src/backend/kernels/gemm/wasm-assembler';

// DWARF 5, section 7.6, tables 7.7 and 7.8.
it.each([
  [2, [0x02]],
  [-2, [0x7e]],
  [127, [0xff, 0x00]],
  [-127, [0x81, 0x7f]],
  [128, [0x80, 0x01]],
  [-128, [0x80, 0x7f]],
  [129, [0x81, 0x01]],
  [-129, [0xff, 0x7e]],
])('writes the constant %i as %j', (value, bytes) => {
  expect(i32.constant(value)).toEqual([0x41, ...bytes]);
});

it.each([
  [2, [0x02]],
  [127, [0x7f]],
  [128, [0x80, 0x01]],
  [129, [0x81, 0x01]],
  [12857, [0xb9, 0x64]],
])('writes the index %i as %j', (index, bytes) => {
  expect(local.get(index)).toEqual([0x20, ...bytes]);
});

it('assembles functions that run: copies floats at far offsets, in a loop, under a condition', () => {
  const [from, to, count, isWanted] = [0, 1, 2, 3] as const;
  const { get, advance, countDown } = local;
  const copy: WasmFunction = {
    parameters: 4,
    integers: 0,
    vectors: 0,
    body: flow.ifElse(
      get(isWanted),
      flow.doWhile(
        [
          ...f32.store(get(to), 20_000, f32.load(get(from), 300)),
          ...advance(from, i32.constant(4)),
          ...advance(to, i32.constant(-4)),
        ],
        countDown(count),
      ),
      [],
    ),
  };
  const memory = new WebAssembly.Memory({ initial: 1 });
  const floats = new Float32Array(memory.buffer);
  floats.set([1, 2, 3], 75);
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(assembleModule({ first: copy, copy })),
    {
      env: { memory },
    },
  );
  const run = exports.copy as (...values: number[]) => void;
  run(0, 8, 3, 0);
  expect(Array.from(floats.subarray(5000, 5003))).toEqual([0, 0, 0]);
  run(0, 8, 3, 1);
  expect(Array.from(floats.subarray(5000, 5003))).toEqual([3, 2, 1]);
});

it('the kernels fail to load onto no memory', () => {
  expect(() => createGemmKernels({} as WebAssembly.Memory)).toThrow(WebAssembly.LinkError);
});
