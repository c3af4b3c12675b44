import { expect, test } from 'vitest';
import { balancedClassWeights } from '../../../src/training';

test('each class present weighs the same in all, whatever their number', () => {
  expect(balancedClassWeights(Int32Array.of(0, 0, 0, 1, 2, 2))).toEqual([2 / 3, 2, 1]);
  expect(balancedClassWeights(Int32Array.of(4, 4, 4, 1), 5)).toEqual([0, 2, 0, 0, 2 / 3]);
  expect(balancedClassWeights(Int32Array.of(1, 0), 2)).toEqual([1, 1]);
});

test('a label of another class is refused', () => {
  expect(() => balancedClassWeights(Int32Array.of(0, 3))).toThrow(/from 0 to 2, received 3 at 1/);
  expect(() => balancedClassWeights(Int32Array.of(0), 0)).toThrow(/numClasses .* received 0/);
});
