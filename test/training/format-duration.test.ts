import { expect, test } from 'vitest';
import { formatDuration } from '../../src/training/format-duration';

test.each([
  [0, '0 s'],
  [0.4, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [3599.9, '1 h'],
  [7500, '2 h 5 min'],
  [360_000, '100 h'],
  [Number.NaN, '?'],
  [Number.POSITIVE_INFINITY, '?'],
  [-1, '?'],
])('%d seconds', (seconds, expected) => expect(formatDuration(seconds)).toBe(expected));
