import * as tf from '@tensorflow/tfjs-core';

/**
 * Inverted dropout whose mask is a function of the seed alone.
 *
 * tfjs' own dropout either draws from `Math.random` or, seeded, repeats one mask for ever; here the caller passes a
 * fresh seed for each step.
 *
 * @param x any shape
 * @param rate share of elements set to zero, in [0, 1); the others are scaled by 1 / (1 - rate)
 * @param seed decides the mask
 * @see Srivastava et al. 2014, "Dropout", section 10 (scaling at training time)
 */
export function seededDropout<T extends tf.Tensor>(x: T, rate: number, seed: number): T {
  if (rate === 0) return x;
  const mask = dropoutMask(x.size, rate, seed);
  return tf.tidy(() => tf.mul(x, tf.tensor(mask, x.shape)) as T);
}

/**
 * Inverted dropout's mask: 0 with probability `rate`, else 1 / (1 - rate), each element by 16 random bits of its own.
 *
 * The rate is met within 2^-17. Two elements share a draw of `createRandom(seed)`, the first its upper half; the draws are written
 * out here because a call for each element takes several times as long.
 *
 * @param size elements
 * @param rate in [0, 1)
 * @param seed decides the mask
 */
export function dropoutMask(size: number, rate: number, seed: number): Float32Array {
  const mask = new Float32Array(size);
  const bits = new Int32Array(mask.buffer);
  const keptBits = new Int32Array(Float32Array.of(1 / (1 - rate)).buffer)[0] as number;
  const threshold = Math.round(rate * 2 ** 16);
  let state = seed | 0;
  for (let index = 0; index < size; index += 2) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = ((mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) | 0) ^ mixed;
    const draw = mixed ^ (mixed >>> 14);
    // A product, not a branch: no processor predicts a random one. The last of an odd number is written past the end, to no effect.
    bits[index] = Math.imul(draw >>> 16 >= threshold ? 1 : 0, keptBits);
    bits[index + 1] = Math.imul((draw & 0xffff) >= threshold ? 1 : 0, keptBits);
  }
  return mask;
}
