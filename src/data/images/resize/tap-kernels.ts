import { WEIGHT_BITS } from './resample-weights';

/** One half in fixed point: sums are rounded to the nearest. */
const HALF = 1 << (WEIGHT_BITS - 1);
const mul = Math.imul;

/**
 * Computes one output position for all the lines that run across it, three channels each.
 *
 * The weights stay in registers and the sums in none but three: the loops are unrolled because V8 unrolls none, and their
 * arguments are flat because objects cost a look-up for each pixel. `from[start]` is the first input of the first line, `step`
 * leads to the next input, `lineStep` to the next line; `weights[at]` is the weight of the first input.
 */
type TapKernel = (
  from: Uint8Array,
  start: number,
  step: number,
  lineStep: number,
  to: Uint8ClampedArray,
  toStart: number,
  toLineStep: number,
  lines: number,
  weights: Int32Array,
  at: number,
  taps: number,
) => void;

/** Four inputs for each output. */
const fourTaps: TapKernel = (from, start, step, lineStep, to, toStart, toLineStep, lines, weights, at) => {
  const w0 = weights[at] as number;
  const w1 = weights[at + 1] as number;
  const w2 = weights[at + 2] as number;
  const w3 = weights[at + 3] as number;
  let p0 = start;
  let target = toStart;
  for (let line = 0; line < lines; line++, p0 += lineStep, target += toLineStep) {
    const p1 = p0 + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    to[target] =
      (HALF +
        mul(from[p0] as number, w0) +
        mul(from[p1] as number, w1) +
        mul(from[p2] as number, w2) +
        mul(from[p3] as number, w3)) >>
      WEIGHT_BITS;
    to[target + 1] =
      (HALF +
        mul(from[p0 + 1] as number, w0) +
        mul(from[p1 + 1] as number, w1) +
        mul(from[p2 + 1] as number, w2) +
        mul(from[p3 + 1] as number, w3)) >>
      WEIGHT_BITS;
    to[target + 2] =
      (HALF +
        mul(from[p0 + 2] as number, w0) +
        mul(from[p1 + 2] as number, w1) +
        mul(from[p2 + 2] as number, w2) +
        mul(from[p3 + 2] as number, w3)) >>
      WEIGHT_BITS;
  }
};

/** Six inputs for each output. */
const sixTaps: TapKernel = (from, start, step, lineStep, to, toStart, toLineStep, lines, weights, at) => {
  const w0 = weights[at] as number;
  const w1 = weights[at + 1] as number;
  const w2 = weights[at + 2] as number;
  const w3 = weights[at + 3] as number;
  const w4 = weights[at + 4] as number;
  const w5 = weights[at + 5] as number;
  let p0 = start;
  let target = toStart;
  for (let line = 0; line < lines; line++, p0 += lineStep, target += toLineStep) {
    const p1 = p0 + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    const p4 = p3 + step;
    const p5 = p4 + step;
    to[target] =
      (HALF +
        mul(from[p0] as number, w0) +
        mul(from[p1] as number, w1) +
        mul(from[p2] as number, w2) +
        mul(from[p3] as number, w3) +
        mul(from[p4] as number, w4) +
        mul(from[p5] as number, w5)) >>
      WEIGHT_BITS;
    to[target + 1] =
      (HALF +
        mul(from[p0 + 1] as number, w0) +
        mul(from[p1 + 1] as number, w1) +
        mul(from[p2 + 1] as number, w2) +
        mul(from[p3 + 1] as number, w3) +
        mul(from[p4 + 1] as number, w4) +
        mul(from[p5 + 1] as number, w5)) >>
      WEIGHT_BITS;
    to[target + 2] =
      (HALF +
        mul(from[p0 + 2] as number, w0) +
        mul(from[p1 + 2] as number, w1) +
        mul(from[p2 + 2] as number, w2) +
        mul(from[p3 + 2] as number, w3) +
        mul(from[p4 + 2] as number, w4) +
        mul(from[p5 + 2] as number, w5)) >>
      WEIGHT_BITS;
  }
};

/** Eight inputs for each output. */
const eightTaps: TapKernel = (from, start, step, lineStep, to, toStart, toLineStep, lines, weights, at) => {
  const w0 = weights[at] as number;
  const w1 = weights[at + 1] as number;
  const w2 = weights[at + 2] as number;
  const w3 = weights[at + 3] as number;
  const w4 = weights[at + 4] as number;
  const w5 = weights[at + 5] as number;
  const w6 = weights[at + 6] as number;
  const w7 = weights[at + 7] as number;
  let p0 = start;
  let target = toStart;
  for (let line = 0; line < lines; line++, p0 += lineStep, target += toLineStep) {
    const p1 = p0 + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    const p4 = p3 + step;
    const p5 = p4 + step;
    const p6 = p5 + step;
    const p7 = p6 + step;
    to[target] =
      (HALF +
        mul(from[p0] as number, w0) +
        mul(from[p1] as number, w1) +
        mul(from[p2] as number, w2) +
        mul(from[p3] as number, w3) +
        mul(from[p4] as number, w4) +
        mul(from[p5] as number, w5) +
        mul(from[p6] as number, w6) +
        mul(from[p7] as number, w7)) >>
      WEIGHT_BITS;
    to[target + 1] =
      (HALF +
        mul(from[p0 + 1] as number, w0) +
        mul(from[p1 + 1] as number, w1) +
        mul(from[p2 + 1] as number, w2) +
        mul(from[p3 + 1] as number, w3) +
        mul(from[p4 + 1] as number, w4) +
        mul(from[p5 + 1] as number, w5) +
        mul(from[p6 + 1] as number, w6) +
        mul(from[p7 + 1] as number, w7)) >>
      WEIGHT_BITS;
    to[target + 2] =
      (HALF +
        mul(from[p0 + 2] as number, w0) +
        mul(from[p1 + 2] as number, w1) +
        mul(from[p2 + 2] as number, w2) +
        mul(from[p3 + 2] as number, w3) +
        mul(from[p4 + 2] as number, w4) +
        mul(from[p5 + 2] as number, w5) +
        mul(from[p6 + 2] as number, w6) +
        mul(from[p7 + 2] as number, w7)) >>
      WEIGHT_BITS;
  }
};

/** Any number of inputs for each output. */
const manyTaps: TapKernel = (
  from,
  start,
  step,
  lineStep,
  to,
  toStart,
  toLineStep,
  lines,
  weights,
  at,
  taps,
) => {
  const end = at + taps;
  let target = toStart;
  for (let line = 0; line < lines; line++, target += toLineStep) {
    let position = start + line * lineStep;
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    for (let tap = at; tap < end; tap++, position += step) {
      const weight = weights[tap] as number;
      red = (red + mul(from[position] as number, weight)) | 0;
      green = (green + mul(from[position + 1] as number, weight)) | 0;
      blue = (blue + mul(from[position + 2] as number, weight)) | 0;
    }
    to[target] = red >> WEIGHT_BITS;
    to[target + 1] = green >> WEIGHT_BITS;
    to[target + 2] = blue >> WEIGHT_BITS;
  }
};

/** The kernel for a number of inputs, the spare ones included. */
export function tapKernel(taps: number): TapKernel {
  return taps === 4 ? fourTaps : taps === 6 ? sixTaps : taps === 8 ? eightTaps : manyTaps;
}
