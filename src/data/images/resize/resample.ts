import type { ResampleWeights } from './resample-weights';
import { tapKernel } from './tap-kernels';

/** Rows that are resampled together: so many fit the processor's nearest cache. */
const ROWS_AT_ONCE = 32;

/** A rectangle of an image: [height, width, 3] bytes, whose corner is at `top` and `left` of the whole. */
export interface ImagePart {
  /** [height, width, 3] bytes. */
  readonly data: Uint8Array;
  /** The row of the whole image that comes first. */
  readonly top: number;
  /** The column of the whole image that comes first. */
  readonly left: number;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/**
 * Resamples along rows: another width, for the rows from `top` to before `bottom` only.
 *
 * @returns as wide as the weights have outputs, with `left` 0
 */
export function resampleWidth(
  part: ImagePart,
  weights: ResampleWeights,
  top: number,
  bottom: number,
): ImagePart {
  const width = weights.starts.length;
  const height = bottom - top;
  const data = new Uint8Array(height * width * 3);
  const to = new Uint8ClampedArray(data.buffer);
  const rowBytes = part.width * 3;
  for (let row = 0; row < height; row += ROWS_AT_ONCE) {
    const rows = Math.min(ROWS_AT_ONCE, height - row);
    const start = (top + row - part.top) * rowBytes - part.left * 3;
    resampleAxis(part.data, start, 3, rowBytes, to, row * width * 3, 3, width * 3, rows, weights);
  }
  return { data, top, left: 0, width, height };
}

/**
 * Resamples along columns: another height, for the columns from `left` to before `right` only.
 *
 * @returns as high as the weights have outputs, with `top` 0
 */
export function resampleHeight(
  part: ImagePart,
  weights: ResampleWeights,
  left: number,
  right: number,
): ImagePart {
  const height = weights.starts.length;
  const width = right - left;
  const data = new Uint8Array(height * width * 3);
  const to = new Uint8ClampedArray(data.buffer);
  const rowBytes = part.width * 3;
  const start = (left - part.left) * 3 - part.top * rowBytes;
  resampleAxis(part.data, start, rowBytes, 3, to, 0, width * 3, 3, width, weights);
  return { data, top: 0, left, width, height };
}

/** The same weighted sums along either axis: for each output position, all the lines that run across. */
function resampleAxis(
  from: Uint8Array,
  start: number,
  step: number,
  lineStep: number,
  to: Uint8ClampedArray,
  toStart: number,
  toStep: number,
  toLineStep: number,
  lines: number,
  { starts, taps, weights, stride }: ResampleWeights,
): void {
  for (let output = 0; output < starts.length; output++) {
    const count = taps[output] as number;
    const first = start + (starts[output] as number) * step;
    const target = toStart + output * toStep;
    const kernel = tapKernel(count);
    kernel(from, first, step, lineStep, to, target, toLineStep, lines, weights, output * stride, count);
  }
}
