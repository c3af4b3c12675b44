import { expect, it } from 'vitest';
import { mergeLabels } from '../../../src/data/mvsa/merge-labels';

it('mergeLabels keeps equal labels, lets neutral yield, and has no answer to a conflict', () => {
  const table = { positive: 'p', neutral: 'o', negative: 'n' } as const;
  const classes = ['positive', 'neutral', 'negative'] as const;
  const merged = classes.map((text) =>
    classes.map(
      (image) =>
        table[mergeLabels(text, image) ?? 'neutral'] + (mergeLabels(text, image) === null ? '!' : ''),
    ),
  );
  expect(merged).toEqual([
    ['p', 'p', 'o!'],
    ['p', 'o', 'n'],
    ['o!', 'n', 'n'],
  ]);
});
