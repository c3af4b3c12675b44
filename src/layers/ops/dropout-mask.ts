/**
 * Inverted dropout's mask: 0 with probability `rate`, else 1 / (1 - rate), each element by a draw of its own.
 *
 * A draw is 32 bits, so the rate is met within 2^-32. The draws are those of `createRandom(seed).uniform()`, written
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
  // Draws are signed here: both sides of the comparison are moved by half of the range.
  const threshold = Math.min(Math.ceil(rate * 2 ** 32) - 2 ** 31, 2 ** 31 - 1);
  let state = seed | 0;
  for (let index = 0; index < size; index++) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = ((mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) | 0) ^ mixed;
    const draw = mixed ^ (mixed >>> 14) ^ 0x80000000;
    // A product, not a branch: no processor predicts a random one.
    bits[index] = Math.imul(draw >= threshold ? 1 : 0, keptBits);
  }
  return mask;
}
