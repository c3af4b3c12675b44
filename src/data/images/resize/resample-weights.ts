import type { Interpolation } from '../image-transform';

/** For each output position along one axis: which input positions count, and how much. */
export interface ResampleWeights {
  /** The first input position of each output position. */
  readonly starts: Int32Array;
  /** How many input positions are read for each output position: as many as its loop takes, the spare ones of weight 0. */
  readonly taps: Int32Array;
  /** [outputs, stride] weights in fixed point, `2 ** WEIGHT_BITS` being 1. */
  readonly weights: Int32Array;
  /** Length of a row of `weights`. */
  readonly stride: number;
  /** The first input position that is read at all. */
  readonly first: number;
  /** The input position behind the last one that is read. */
  readonly end: number;
}

/** The number of inputs that are read where `used` are needed: there are unrolled loops for four, six and eight. */
function paddedTaps(used: number): number {
  if (used > 8) return used;
  return used <= 4 ? 4 : used <= 6 ? 6 : 8;
}
/** Bits behind the point: of 32, eight hold the pixel and two are left for sums beyond its range. */
export const WEIGHT_BITS = 22;

interface Kernel {
  /** Where the kernel becomes zero, in pixels. */
  readonly support: number;
  readonly weight: (distance: number) => number;
}

const KERNELS: Readonly<Record<Interpolation, Kernel>> = {
  bilinear: { support: 1, weight: (distance) => Math.max(1 - Math.abs(distance), 0) },
  bicubic: { support: 2, weight: (distance) => cubic(Math.abs(distance)) },
};

/** Keys 1981, with a = -0.5. The order of operations is Pillow's, so that the last bit is, too. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/**
 * Computes the weights of an antialiased resize along one axis, for the outputs from `from` to before `from + count`.
 *
 * When the image shrinks, the kernel is stretched by the factor, so that every input pixel counts.
 *
 * @see Pillow, `Image.resize`: the same positions, the same rounding of weights to fixed point
 */
export function resampleWeights(
  inputLength: number,
  outputLength: number,
  interpolation: Interpolation,
  from: number,
  count: number,
): ResampleWeights {
  const kernel = KERNELS[interpolation];
  const scale = inputLength / outputLength;
  const stretch = Math.max(scale, 1);
  const squeeze = 1 / stretch;
  const support = kernel.support * stretch;
  const stride = paddedTaps(Math.ceil(support) * 2 + 1);
  const starts = new Int32Array(count);
  const taps = new Int32Array(count);
  const weights = new Int32Array(count * stride);
  const exact = new Float64Array(stride);
  let first = inputLength;
  let end = 0;
  for (let output = 0; output < count; output++) {
    const center = (from + output + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const used = Math.min(Math.trunc(center + support + 0.5), inputLength) - start;
    let sum = 0;
    for (let tap = 0; tap < used; tap++) {
      exact[tap] = kernel.weight((tap + start - center + 0.5) * squeeze);
      sum += exact[tap] as number;
    }
    const padded = paddedTaps(used);
    // At the end of the axis the spare inputs come first, so that nothing behind it is read.
    const shift = Math.max(Math.min(start + padded - inputLength, start), 0);
    for (let tap = 0; tap < used; tap++) {
      const weight = ((exact[tap] as number) / sum) * 2 ** WEIGHT_BITS;
      const at = output * stride + shift + tap;
      weights[at] = Math.trunc(weight + (weight < 0 ? -0.5 : 0.5));
    }
    starts[output] = start - shift;
    taps[output] = padded;
    first = Math.min(first, start - shift);
    end = Math.max(end, Math.min(start - shift + padded, inputLength));
  }
  return { starts, taps, weights, stride, first, end };
}
