import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { padRows } from '../../../src/data/batches/pad-rows';

/** What it must give, position by position. */
function reference(rows: readonly (readonly number[] | null)[], width: number, fill: number, fixed?: number) {
  const lengths = rows.map((row) => (row?.length ?? 0) / width);
  const positions = fixed ?? Math.max(1, ...lengths);
  const values: number[] = [];
  const mask: number[] = [];
  for (const row of rows) {
    for (let position = 0; position < positions; position++) {
      const isReal = row !== null && position < row.length / width;
      mask.push(isReal ? 1 : 0);
      for (let at = 0; at < width; at++) values.push(isReal ? (row[position * width + at] as number) : fill);
    }
  }
  return { values, mask, positions };
}

describe('padRows', () => {
  test('equals a plain reference for rows of any lengths, missing ones among them', () => {
    const shape = fc.record({
      width: fc.integer({ min: 1, max: 5 }),
      lengths: fc.array(fc.option(fc.nat(6)), { maxLength: 7 }),
      fill: fc.constantFrom(0, 7, -3),
      positions: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
      kind: fc.constantFrom(Int32Array, Float32Array),
      isTyped: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, ({ width, lengths, fill, positions, kind, isTyped }) => {
        let next = 1;
        const rows = lengths.map((length) =>
          length === null ? null : Array.from({ length: length * width }, () => next++),
        );
        const given = rows.map((row) => (row && isTyped ? kind.from(row) : row)) as never;
        const options = { fill, ...(positions !== undefined && { positions }) };
        const received = padRows<Int32Array | Float32Array>(kind as never, given, width, options);
        const expected = reference(rows, width, fill, positions);
        expect(received.values).toBeInstanceOf(kind);
        expect(Array.from(received.values)).toEqual(expected.values);
        expect(Array.from(received.paddingMask)).toEqual(expected.mask);
        expect(received.positions).toBe(expected.positions);
      }),
      { numRuns: 300 },
    );
  });

  test('leaves what it was given as it was', () => {
    const row = Int32Array.of(1, 2, 3, 4);
    const { values } = padRows(Int32Array, [row, null], 2, { positions: 1 });
    expect(Array.from(values)).toEqual([1, 2, 0, 0]);
    expect(Array.from(row)).toEqual([1, 2, 3, 4]);
  });
});
