import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createMatrixMultiplier,
  SCRATCH_BYTES,
} from '../../../../src/backend/kernels/gemm/multiply-matrices';
import { createRandom } from '../../../../src/random';

const FLOAT = 4;
const GUARD = 12345;
const PAGE = 65536;
/** The start is odd, and no multiple of a vector. */
const START = SCRATCH_BYTES / FLOAT + 7;

/** A memory of its own with A, B and room for the product, guarded on both sides. */
function setUp(rows: number, depth: number, columns: number) {
  const [left, right] = [START, START + rows * depth];
  const out = right + depth * columns + 1;
  const end = out + rows * columns;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(((end + 1) * FLOAT) / PAGE) });
  const multiply = createMatrixMultiplier(memory, 0);
  const heap = new Float32Array(memory.buffer);
  const random = createRandom(rows * 7 + depth * 3 + columns);
  for (let at = left; at < out - 1; at++) heap[at] = random.normal();
  // What was there before must not count.
  heap.fill(Number.NaN, out, end);
  heap[out - 1] = GUARD;
  heap[end] = GUARD;
  return { memory, multiply, heap, left, right, out, end };
}

function expectProduct(
  rows: number,
  depth: number,
  columns: number,
  transposeLeft: boolean,
  transposeRight: boolean,
): void {
  const { multiply, heap, left, right, out, end } = setUp(rows, depth, columns);
  const a = transposeLeft
    ? { start: left, stride: 1, depthStride: rows }
    : { start: left, stride: depth, depthStride: 1 };
  const b = transposeRight
    ? { start: right, stride: depth, depthStride: 1 }
    : { start: right, stride: 1, depthStride: columns };
  const before = heap.slice(left, out - 1);
  multiply({ left: a, right: b, out, rows, depth, columns });
  let worst = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let [sum, size] = [0, 0];
      for (let k = 0; k < depth; k++) {
        const product =
          (heap[a.start + row * a.stride + k * a.depthStride] as number) *
          (heap[b.start + column * b.stride + k * b.depthStride] as number);
        sum += product;
        size += Math.abs(product);
      }
      // A sum of `depth` rounded products is off by depth * 2^-24 of their sizes at most.
      const error = Math.abs((heap[out + row * columns + column] as number) - sum) / (size || 1);
      worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
    }
  }
  expect(worst).toBeLessThanOrEqual((depth + 1) * 2 ** -24);
  expect([heap[out - 1], heap[end]]).toEqual([GUARD, GUARD]);
  // Not toEqual, which takes seconds for this many numbers.
  expect(heap.subarray(left, out - 1).every((value, at) => value === before[at])).toBe(true);
}

describe.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])('products, left transposed %s, right transposed %s', (transposeLeft, transposeRight) => {
  // Around the sizes of a tile (4 x 8) and of the blocks (64, 256, 256), and primes.
  it.each([
    [1, 1, 1],
    [4, 1, 8],
    [3, 2, 7],
    [5, 3, 9],
    [64, 256, 256],
    [65, 257, 257],
    [131, 523, 13],
    [2, 769, 521],
    [61, 5, 263],
  ])('%i x %i by %i equal plain loops', (rows, depth, columns) => {
    expectProduct(rows, depth, columns, transposeLeft, transposeRight);
  });

  it('of any shape equal plain loops', () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(size, size, size, (rows, depth, columns) =>
        expectProduct(rows, depth, columns, transposeLeft, transposeRight),
      ),
      { numRuns: 60, seed: 5 },
    );
  });
});

it('follows a memory that grows', () => {
  const { memory, multiply, left, right, out } = setUp(5, 3, 9);
  const a = { start: left, stride: 3, depthStride: 1 };
  const b = { start: right, stride: 1, depthStride: 9 };
  const product = { left: a, right: b, out, rows: 5, depth: 3, columns: 9 };
  const read = () => new Float32Array(memory.buffer).slice(out, out + 45);
  multiply(product);
  const expected = read();
  memory.grow(1);
  new Float32Array(memory.buffer).fill(0, out, out + 45);
  multiply(product);
  expect(read()).toEqual(expected);
});

it('an infinite or undefined element reaches its own row and column only', () => {
  const [rows, depth, columns] = [5, 3, 9];
  const { multiply, heap, left, right, out } = setUp(rows, depth, columns);
  heap[left + 4 * depth] = Number.NaN;
  heap[right + 8] = Number.POSITIVE_INFINITY;
  const a = { start: left, stride: depth, depthStride: 1 };
  multiply({ left: a, right: { start: right, stride: 1, depthStride: columns }, out, rows, depth, columns });
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = heap[out + row * columns + column] as number;
      expect([row, column, Number.isFinite(value)]).toEqual([row, column, row !== 4 && column !== 8]);
    }
  }
});

it('a row of a product has the same bits whatever stands above and below it', () => {
  const [rows, depth, columns] = [7, 600, 13];
  const { multiply, heap, left, right, out } = setUp(rows, depth, columns);
  const b = { start: right, stride: 1, depthStride: columns };
  multiply({ left: { start: left, stride: depth, depthStride: 1 }, right: b, out, rows, depth, columns });
  const whole = heap.slice(out, out + rows * columns);
  for (let row = 0; row < rows; row++) {
    const alone = { start: left + row * depth, stride: depth, depthStride: 1 };
    multiply({ left: alone, right: b, out, rows: 1, depth, columns });
    expect(heap.slice(out, out + columns)).toEqual(whole.slice(row * columns, (row + 1) * columns));
  }
});
