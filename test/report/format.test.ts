import { expect, it } from 'vitest';
import { count, decimal, duration, interval, percent } from '../../src/report/format';

it('formats figures', () => {
  expect(percent(0.71249)).toBe('71.2%');
  expect(interval([0.678, 0.7449])).toBe('67.8–74.5');
  expect(decimal(0.7239)).toBe('0.724');
  expect(count(13158)).toBe('13,158');
});

it('shows a dash for what is not finite', () => {
  expect([percent(Number.NaN), decimal(Number.POSITIVE_INFINITY), duration(Number.NaN)]).toEqual([
    '–',
    '–',
    '–',
  ]);
});

it('rounds a duration to units that carry over', () => {
  const cases: [number, string][] = [
    [0, '0.00 s'],
    [9.994, '9.99 s'],
    [9.996, '10.0 s'],
    [59.94, '59.9 s'],
    [59.96, '1 min 00 s'],
    [245, '4 min 05 s'],
    [3599.7, '1 h 00 min'],
    [7620, '2 h 07 min'],
  ];
  for (const [seconds, text] of cases) expect(duration(seconds)).toBe(text);
});
