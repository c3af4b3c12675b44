import { ShapeError } from '../errors';

/** Refuses an output that has another length than the input. */
export function checkSameLength(values: { readonly length: number }, out: { readonly length: number }): void {
  if (out.length === values.length) return;
  throw new ShapeError(`out: expected ${values.length} values, as the input has, received ${out.length}.`);
}
