/** A kind of numbers that tensors hold. */
type Numbers = Int32Array | Float32Array;

/** Rows of a batch, one after the other. */
export interface PaddedRows<Values extends Numbers> {
  /** [rows, positions, width], with zeros, or whatever `fill` says, behind each row */
  readonly values: Values;
  /** [rows, positions]; 1 = real, 0 = padding */
  readonly paddingMask: Float32Array;
  /** Positions of each row: those of the longest, and at least one. */
  readonly positions: number;
}

/**
 * Puts rows of different lengths under one another, padded to the longest: the one place that does so.
 *
 * @param rows each [positions, width], as long as it is; null where there is nothing but padding
 * @param width numbers of a position
 * @param options `fill` stands behind each row; `positions` fixes the length in place of that of the longest, and longer rows are cut
 */
export function padRows<Values extends Numbers>(
  kind: { new (length: number): Values },
  rows: readonly (Values | readonly number[] | null)[],
  width: number,
  options: { readonly fill?: number; readonly positions?: number } = {},
): PaddedRows<Values> {
  const lengths = rows.map((row) => (row?.length ?? 0) / width);
  // At least 1: a tensor without columns is of no use to a model.
  const positions = options.positions ?? Math.max(1, ...lengths);
  const values = new kind(rows.length * positions * width);
  if (options.fill) values.fill(options.fill);
  const paddingMask = new Float32Array(rows.length * positions);
  for (const [at, row] of rows.entries()) {
    if (row === null) continue;
    const length = Math.min(lengths[at] as number, positions);
    const kept = row.length > length * width ? row.slice(0, length * width) : row;
    values.set(kept, at * positions * width);
    paddingMask.fill(1, at * positions, at * positions + length);
  }
  return { values, paddingMask, positions };
}
