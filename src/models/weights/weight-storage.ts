import { DataError } from '../../errors';
import { float32ToFloat16 } from '../../files/safetensors';
import type { WeightSpec } from './read-model';

/** How weights are kept in a file; they are float32 again once loaded. */
export type WeightStorage = 'float32' | 'float16' | 'int8';

/**
 * Decides how a weight is stored, by its values.
 *
 * @param read gives the bytes of its values
 * @returns the description that tfjs reads: with `quantization`, or as it was where the weight stays float32
 * @throws {@link DataError} for values that the storage cannot hold: names the weight
 */
export function quantizedSpec(spec: WeightSpec, read: () => ArrayBuffer, storage: WeightStorage): WeightSpec {
  // Biases and normalisation: next to no bytes, and sensitive.
  if (storage === 'float32' || spec.dtype !== 'float32' || spec.shape.length <= 1) return spec;
  const { least, greatest } = rangeOf(new Float32Array(read()), spec.name);
  if (storage === 'int8') return withQuantization(spec, { dtype: 'uint8', ...affineRange(least, greatest) });
  const largest = Math.max(-least, greatest);
  // From there on, rounding to the nearest gives infinity.
  if (largest >= 65520) {
    throw new DataError(
      `weight "${spec.name}": expected numbers within 65504, the largest of float16, received ${largest}. Save the model with storage "float32" or "int8".`,
    );
  }
  // Below 2^-14 float16 has absolute steps only: a tensor of such numbers would lose more than 2^-11 of its largest.
  return largest < 2 ** -14 ? spec : withQuantization(spec, { dtype: 'float16' });
}

/** The bytes of a weight as its description says. */
export function encodeWeight({ quantization }: WeightSpec, values: Float32Array): Uint8Array {
  if (quantization?.dtype === 'float16') {
    const halves = float32ToFloat16(values);
    return new Uint8Array(halves.buffer);
  }
  const { scale = 1, min = 0 } = quantization ?? {};
  // Clamped and rounded to the nearest, which Uint8ClampedArray does by itself.
  return new Uint8Array(Uint8ClampedArray.from(values, (value) => (value - min) / scale).buffer);
}

/**
 * 256 numbers at equal distances that cover the range; zero is one of them where it lies within, as padding and pruned weights
 * must stay zero (Jacob et al. 2018, "Quantization and Training of Neural Networks", section 2.1).
 */
function affineRange(least: number, greatest: number): { readonly scale: number; readonly min: number } {
  if (least === greatest) return { scale: 1, min: least };
  const scale = (greatest - least) / 255;
  const spansZero = least < 0 && greatest >= 0;
  // Near the largest float32, moving the range could leave it.
  if (!spansZero || greatest - least > 1e38) return { scale, min: least };
  return { scale, min: -Math.round(-least / scale) * scale };
}

function rangeOf(values: Float32Array, name: string): { readonly least: number; readonly greatest: number } {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) {
      throw new DataError(
        `weight "${name}": expected finite numbers, received ${value} at index ${index}. Find out which step of training made it; storage "float32" keeps it as it is.`,
      );
    }
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return values.length > 0 ? { least, greatest } : { least: 0, greatest: 0 };
}

/** With `original_dtype`, as the Python converter of tfjs writes it, though tfjs' type does not have it. */
function withQuantization(
  spec: WeightSpec,
  quantization: NonNullable<WeightSpec['quantization']>,
): WeightSpec {
  return { ...spec, quantization: { ...quantization, original_dtype: 'float32' } as typeof quantization };
}
