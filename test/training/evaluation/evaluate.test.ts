import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../../src/errors';
import { evaluateProbabilities, majorityProbabilities } from '../../../src/training';

describe('evaluateProbabilities', () => {
  const probabilities = [
    [0.9, 0.1],
    [0.3, 0.7],
    [0.6, 0.4],
  ];

  test('scores any classes, in the order of their names', () => {
    const scores = evaluateProbabilities([0, 1, 1], probabilities, { classNames: ['spam', 'ham'] });
    expect(scores.confusionMatrix).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(scores.perClass).toEqual({
      spam: { precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
      ham: { precision: 1, recall: 0.5, f1: 2 / 3, support: 2 },
    });
    expect(scores.loss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.7) + Math.log(0.4)) / 3, 12);
  });

  test('a class that occurs nowhere scores 0', () => {
    const rows = probabilities.map((row) => [...row, 0]);
    const { perClass, macroF1 } = evaluateProbabilities([0, 1, 1], rows);
    expect(perClass.negative).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
    expect(macroF1).toBeCloseTo(4 / 9, 12);
  });

  test('refuses rows and labels of other classes', () => {
    expect(() => evaluateProbabilities([0, 1, 1], probabilities)).toThrow(ShapeError);
    expect(() => evaluateProbabilities([0, 1, 1], probabilities)).toThrow(
      /expected 3 numbers, one for each of positive, neutral, negative, received 2/,
    );
    const classNames = ['spam', 'ham'];
    expect(() => evaluateProbabilities([0, 2, 1], probabilities, { classNames })).toThrow(OptionError);
    expect(() => evaluateProbabilities([0, 1, 1], probabilities, { classNames: ['spam'] })).toThrow(
      /two or more different names/,
    );
  });
});

describe('majorityProbabilities', () => {
  test('gives the shares of the training posts', () => {
    expect(majorityProbabilities(Int32Array.of(0, 0, 2, 0), 2)).toEqual([
      [0.75, 0, 0.25],
      [0.75, 0, 0.25],
    ]);
    expect(majorityProbabilities(Int32Array.of(4, 1), 1, 5)).toEqual([[0, 0.5, 0, 0, 0.5]]);
  });

  test('refuses labels of other classes, and none', () => {
    expect(() => majorityProbabilities(Int32Array.of(4, 1), 1)).toThrow(/from 0 to 2, received 4 at 0/);
    expect(() => majorityProbabilities(new Int32Array(), 1)).toThrow(/one training post or more/);
    expect(() => majorityProbabilities(Int32Array.of(0), 1, 1.5)).toThrow(
      /integer of at least 1, received 1.5/,
    );
  });
});
