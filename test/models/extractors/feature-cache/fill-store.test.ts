import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lengthBatches } from '../../../../src/models/extractors/feature-cache/fill-store';

it('fills a budget with texts of like length, longest first', () => {
  expect(lengthBatches([3, 9, 4, 10, 3], 20)).toEqual([
    [3, 1],
    [2, 0, 4],
  ]);
  expect(lengthBatches([50, 2], 20)).toEqual([[0], [1]]);
  expect(lengthBatches([], 20)).toEqual([]);
});

it('holds each text once and keeps to the budget, padding included', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 80 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 600 }), (drawn, budget) => {
      const batches = lengthBatches(drawn, budget);
      expect(batches.flat().sort((a, b) => a - b)).toEqual(drawn.map((_, index) => index));
      for (const batch of batches) {
        const width = Math.max(...batch.map((index) => drawn[index] as number));
        if (batch.length > 1) expect(width * batch.length).toBeLessThanOrEqual(budget);
      }
    }),
  );
});
