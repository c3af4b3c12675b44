import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apportion } from '../../../src/data/splits/apportion';

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

it('divides one class by largest remainder, ties to the later part', () => {
  expect(apportion([4869], [0.7, 0.15, 0.15])).toEqual([[3408, 730, 731]]);
  expect(apportion([4511], [0.7, 0.15, 0.15])).toEqual([[3158, 676, 677]]);
  expect(apportion([7], [0.5, 0.5, 0])).toEqual([[3, 4, 0]]);
  expect(apportion([], [0.5, 0.5])).toEqual([]);
});

it('moves a class aside when another needs its place', () => {
  // Floors leave one post of each class over, and each part has one place: row by row the first would take them greedily.
  expect(apportion([1, 1], [0.5, 0.5]).map(sum)).toEqual([1, 1]);
  const table = apportion([1, 1, 1], [0.4, 0.3, 0.3]);
  expect(table.map(sum)).toEqual([1, 1, 1]);
  expect([0, 1, 2].map((part) => sum(table.map((row) => row[part] as number)))).toEqual([1, 1, 1]);
});

it('gives up the largest remainder where a class has no place in it', () => {
  // The first class can only go to the parts of weight 3, whose remainders in all are smaller than those of three others.
  const ratios = [3, 20, 8, 3, 14].map((weight) => weight / 48);
  const table = apportion([120, 400], ratios);
  expect(table.map(sum)).toEqual([120, 400]);
  expect(table[0]).toEqual([7, 50, 20, 8, 35]);
});

it('rounds every count up or down, and keeps the sums, for any classes and shares', () => {
  const sizes = fc.array(fc.nat(500), { minLength: 1, maxLength: 4 });
  const weights = fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }).filter((drawn) => sum(drawn) > 0);
  fc.assert(
    fc.property(sizes, weights, (classes, drawn) => {
      const ratios = drawn.map((weight) => weight / sum(drawn));
      const table = apportion(classes, ratios);
      expect(table.map(sum)).toEqual(classes);
      for (const [row, counts] of table.entries()) {
        for (const [part, count] of counts.entries()) {
          expect(Math.abs(count - (classes[row] as number) * (ratios[part] as number))).toBeLessThan(1);
        }
      }
      for (const [part, ratio] of ratios.entries()) {
        const size = sum(table.map((row) => row[part] as number));
        expect(Math.abs(size - sum(classes) * ratio)).toBeLessThan(1);
      }
    }),
    { numRuns: 500 },
  );
});
