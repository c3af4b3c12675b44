/** Bits of a perceptual hash. */
const HASH_BITS = 64;

/**
 * Finds the pairs of 64-bit hashes that differ in at most `maxDistance` bits.
 *
 * Hashes are cut into `maxDistance + 1` bands: two that differ in no more bits agree in at least one whole band (the
 * pigeonhole principle; Manku, Jain and Sarma 2007, "Detecting near-duplicates for web crawling", section 3), so only
 * hashes that share a band are compared. Equal hashes must have been put together before.
 *
 * @param hashes distinct hashes
 * @param maxDistance whole number from 0 to 16
 * @param onPair called with the two indices, at most once for each band that they share
 */
export function forEachNearPair(
  hashes: readonly bigint[],
  maxDistance: number,
  onPair: (one: number, other: number) => void,
): void {
  const low = Int32Array.from(hashes, (hash) => Number(BigInt.asIntN(32, hash)));
  const high = Int32Array.from(hashes, (hash) => Number(BigInt.asIntN(32, hash >> 32n)));
  const bands = maxDistance + 1;
  for (let band = 0; band < bands; band++) {
    const from = Math.floor((band * HASH_BITS) / bands);
    const mask = BigInt.asUintN(64, (1n << BigInt(Math.floor(((band + 1) * HASH_BITS) / bands) - from)) - 1n);
    const buckets = new Map<bigint, number[]>();
    for (const [index, hash] of hashes.entries()) {
      const key = (hash >> BigInt(from)) & mask;
      const bucket = buckets.get(key);
      if (!bucket) {
        buckets.set(key, [index]);
        continue;
      }
      const [lowBits, highBits] = [low[index] as number, high[index] as number];
      for (const other of bucket) {
        const distance =
          bitsOfWord(lowBits ^ (low[other] as number)) + bitsOfWord(highBits ^ (high[other] as number));
        if (distance <= maxDistance) onPair(other, index);
      }
      bucket.push(index);
    }
  }
}

/** Set bits of a hash. */
export function countBits(hash: bigint): number {
  return bitsOfWord(Number(BigInt.asIntN(32, hash))) + bitsOfWord(Number(BigInt.asIntN(32, hash >> 32n)));
}

/** Set bits of a 32-bit integer, summed in parallel: Warren 2012, "Hacker's Delight", figure 5-2. */
function bitsOfWord(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  bits = (bits + (bits >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bits, 0x01010101) >>> 24;
}
