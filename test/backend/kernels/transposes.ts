/** A shape with its last two axes swapped. */
export const swapped = (shape: readonly number[]) => [...shape.slice(0, -2), ...shape.slice(-2).reverse()];
/** Every choice of transposeA and transposeB. */
export const TRANSPOSES = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;
