import { OptionError } from '../../errors';

/**
 * Counts the bits in which two perceptual hashes differ.
 *
 * @param left 16 hexadecimal digits, from `perceptualHash`
 * @param right 16 hexadecimal digits
 * @returns 0 (same) to 64; two unrelated images differ in about 32
 * @throws {@link OptionError} when one is not a hash.
 * @example
 * ```ts
 * import { hammingDistance } from 'mvsa-fusion/data';
 *
 * console.log(hammingDistance('ffff0000ffff0000', 'ffff0000ffff0007')); // 3
 * ```
 */
export function hammingDistance(left: string, right: string): number {
  return countBits(half(left, 0) ^ half(right, 0)) + countBits(half(left, 8) ^ half(right, 8));
}

function half(hash: string, start: number): number {
  if (!/^[0-9a-f]{16}$/i.test(hash)) {
    throw new OptionError(`hash: expected 16 hexadecimal digits from perceptualHash, received '${hash}'.`);
  }
  return Number.parseInt(hash.slice(start, start + 8), 16) | 0;
}

/** Adds neighbouring groups of bits: Warren 2012, "Hacker's Delight", section 5-1. */
function countBits(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
