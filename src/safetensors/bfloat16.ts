import { checkSameLength } from './check-same-length';

/**
 * Widens bfloat16 numbers, the upper halves of float32, exactly.
 *
 * @param halves the bits of each number
 * @param out where to write, of the same length; a new array by default
 * @returns `out`
 * @throws {@link ShapeError} when the lengths differ
 */
export function bfloat16ToFloat32(
  halves: Uint16Array,
  out: Float32Array = new Float32Array(halves.length),
): Float32Array {
  checkSameLength(halves, out);
  const bits = new Int32Array(out.buffer, out.byteOffset, out.length);
  for (let index = 0; index < halves.length; index++) bits[index] = (halves[index] as number) << 16;
  return out;
}

/**
 * Rounds float32 to bfloat16: to the nearest, halves to even, as PyTorch does; NaN becomes a quiet NaN.
 *
 * @param out where to write, of the same length; a new array by default
 * @returns `out`, the bits of each number
 * @throws {@link ShapeError} when the lengths differ
 */
export function float32ToBfloat16(
  values: Float32Array,
  out: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  checkSameLength(values, out);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let index = 0; index < bits.length; index++) {
    const word = bits[index] as number;
    const isNotANumber = (word & 0x7fffffff) > 0x7f800000;
    out[index] = isNotANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}
