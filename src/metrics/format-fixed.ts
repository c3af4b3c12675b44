/**
 * A number with a fixed count of decimals, as Python formats it.
 *
 * JavaScript rounds a tie away from zero, Python to the even digit: 0.125 is 0.13 here and 0.12 there. A number in
 * binary is a tie at d decimals exactly when it is an odd multiple of 2^-(d + 1).
 *
 * @param value at least 0, or NaN
 */
export function formatFixed(value: number, decimals: number): string {
  if (Number.isNaN(value)) return 'nan';
  const text = value.toFixed(decimals);
  const isTie = (value * 2 ** (decimals + 1)) % 2 === 1;
  const isOdd = Number(text.at(-1)) % 2 === 1;
  return isTie && isOdd ? (value * (1 - Number.EPSILON)).toFixed(decimals) : text;
}
