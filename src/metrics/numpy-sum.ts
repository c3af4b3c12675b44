/**
 * Adds numbers in NumPy's order: then averages equal scikit-learn's to the last bit, and round to the same decimals.
 *
 * NumPy adds up to seven numbers one by one, and more in eight interleaved lanes. (Beyond 128 it also splits the list,
 * which is left out here.)
 */
export function numpySum(values: readonly number[]): number {
  const inLanes = values.length - (values.length % 8);
  const lane = (first: number) => {
    let total = 0;
    for (let index = first; index < inLanes; index += 8) total += values[index] as number;
    return total;
  };
  let total = lane(0) + lane(1) + (lane(2) + lane(3)) + (lane(4) + lane(5) + (lane(6) + lane(7)));
  for (const value of values.slice(inLanes)) total += value;
  return total;
}
