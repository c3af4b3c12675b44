import { expect } from 'vitest';

/** A number of the fixture, which spells NaN as null. */
export type Score = number | null;

/** Expects a number within 1e-9 of the reference, or NaN where that is NaN. */
export function expectClose(received: number, expected: Score): void {
  if (expected === null) expect(received).toBeNaN();
  else expect(Math.abs(received - expected)).toBeLessThan(1e-9);
}

/** {@link expectClose} for lists, which must be equally long. */
export function expectAllClose(received: readonly number[], expected: readonly Score[]): void {
  expect(received).toHaveLength(expected.length);
  for (const [index, score] of expected.entries()) expectClose(received[index] as number, score);
}
