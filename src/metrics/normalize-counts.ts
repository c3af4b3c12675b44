import { OptionError } from '../errors';
import { show } from './check-labels';

/**
 * What each count of a confusion matrix is divided by: `'true'`, the samples of its true class (its row), so that the
 * diagonal holds recalls; `'pred'`, the predictions of its class (its column), so that the diagonal holds precisions;
 * `'all'`, all counts; `null`, nothing.
 */
export type Normalize = 'true' | 'pred' | 'all' | null;

/** Divides counts [classes, classes]; 0/0 is 0, as in scikit-learn. */
export function normalizeCounts(counts: readonly (readonly number[])[], normalize: Normalize): number[][] {
  if (normalize === null) return counts.map((row) => [...row]);
  if (normalize !== 'true' && normalize !== 'pred' && normalize !== 'all') {
    throw new OptionError(`normalize: expected 'true', 'pred', 'all' or null, received ${show(normalize)}.`);
  }
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const rows = counts.map(sum);
  const columns = counts.map((_, column) => sum(counts.map((row) => row[column] as number)));
  const all = sum(rows);
  const totalOf = (row: number, column: number) =>
    (normalize === 'true' ? rows[row] : normalize === 'pred' ? columns[column] : all) as number;
  return counts.map((row, rowIndex) =>
    row.map((count, columnIndex) => (count === 0 ? 0 : count / totalOf(rowIndex, columnIndex))),
  );
}
