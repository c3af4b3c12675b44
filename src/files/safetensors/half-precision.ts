import { ShapeError } from '../../errors';

/**
 * Widens IEEE 754 half-precision numbers to float32, exactly.
 *
 * @param halves the bits of each number
 * @param out where to write, of the same length; a new array by default
 * @returns `out`
 * @throws {@link ShapeError} when the lengths differ
 * @example
 * ```ts
 * import { float16ToFloat32 } from 'mvsa-fusion/safetensors';
 *
 * console.log(float16ToFloat32(Uint16Array.of(0x3c00, 0xb800))); // 1, -0.5
 * ```
 */
export function float16ToFloat32(
  halves: Uint16Array,
  out: Float32Array = new Float32Array(halves.length),
): Float32Array {
  checkSameLength(halves, out);
  table ??= valueOfEachHalf();
  for (let index = 0; index < halves.length; index++) out[index] = table[halves[index] as number] as number;
  return out;
}

/**
 * Rounds float32 to IEEE 754 half precision: to the nearest, halves to even, as NumPy and PyTorch do.
 *
 * From 65520 on a number becomes infinity, below 2^-25 zero; NaN becomes a quiet NaN.
 *
 * @param out where to write, of the same length; a new array by default
 * @returns `out`, the bits of each number
 * @throws {@link ShapeError} when the lengths differ
 * @example
 * ```ts
 * import { float32ToFloat16 } from 'mvsa-fusion/safetensors';
 *
 * console.log(float32ToFloat16(Float32Array.of(1, 65520))); // 0x3c00, and 0x7c00 for infinity
 * ```
 */
export function float32ToFloat16(
  values: Float32Array,
  out: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  checkSameLength(values, out);
  // Signed, as integers of 31 bits are faster than those of 32.
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let index = 0; index < bits.length; index++) {
    const word = bits[index] as number;
    out[index] = ((word >>> 16) & 0x8000) | halfOfMagnitude(word & 0x7fffffff);
  }
  return out;
}

/** The bits of the half nearest to a float32 of positive sign. */
function halfOfMagnitude(bits: number): number {
  // From 2^-14 on: both formats are normal, and a carry out of the mantissa moves into the exponent by itself.
  if (bits >= 0x38800000 && bits < 0x47800000)
    return (bits - 0x38000000 + 0xfff + ((bits >>> 13) & 1)) >>> 13;
  if (bits >= 0x47800000) return bits > 0x7f800000 ? 0x7e00 | ((bits >>> 13) & 0x3ff) : 0x7c00;
  // Up to 2^-25, half of the smallest subnormal: a tie goes to zero, which is even.
  if (bits <= 0x33000000) return 0;
  const shift = 126 - (bits >>> 23);
  const mantissa = (bits & 0x7fffff) | 0x800000;
  const half = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return rest > tie || (rest === tie && (half & 1) === 1) ? half + 1 : half;
}

/** Made when first needed: 256 KB. */
let table: Float32Array | undefined;

function valueOfEachHalf(): Float32Array {
  return Float32Array.from({ length: 0x10000 }, (_, half) => {
    const sign = half < 0x8000 ? 1 : -1;
    const exponent = (half >>> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
  });
}

/**
 * Widens bfloat16 numbers, the upper halves of float32, exactly.
 *
 * @param halves the bits of each number
 * @param out where to write, of the same length; a new array by default
 * @returns `out`
 * @throws {@link ShapeError} when the lengths differ
 * @example
 * ```ts
 * import { bfloat16ToFloat32 } from 'mvsa-fusion/safetensors';
 *
 * console.log(bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xbf00))); // 1, -0.5
 * ```
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
 * @example
 * ```ts
 * import { float32ToBfloat16 } from 'mvsa-fusion/safetensors';
 *
 * console.log(float32ToBfloat16(Float32Array.of(1, -0.5))); // 0x3f80, 0xbf00
 * ```
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

/** Refuses an output that has another length than the input. */
function checkSameLength(values: { readonly length: number }, out: { readonly length: number }): void {
  if (out.length === values.length) return;
  throw new ShapeError(`out: expected ${values.length} values, as the input has, received ${out.length}.`);
}
