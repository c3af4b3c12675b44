import { mapConcurrently } from '../../../concurrency';
import { DataError, OptionError } from '../../../errors';
import { bitsOfWord, perceptualHash } from '../../images/perceptual-hash';
import { DisjointSets, groupBy } from '../grouping';
import type { FindDuplicatesOptions } from './duplicate-groups';
import type { SameImages } from './same-posts';

/** Images that are decoded at the same time. */
const DECODED_AT_ONCE = 4;

/**
 * Joins images by perceptual hash, those of one file among them; each distinct file is hashed once.
 *
 * @param same which files are equal; those with a problem are left out
 * @param maxDistance the most bits in which two hashes of one set's neighbours differ
 */
export async function findNearImages(
  posts: readonly { readonly imagePath?: string }[],
  same: SameImages,
  maxDistance: number,
  { hashImage = perceptualHash, signal, onProgress }: FindDuplicatesOptions,
): Promise<SameImages> {
  const copies = new Set(same.sets.flatMap((set) => set.slice(1)));
  const files = [...posts.keys()].filter(
    (index) => posts[index]?.imagePath !== undefined && !copies.has(index) && !same.problems.has(index),
  );
  const hashes = new Map<number, bigint>();
  const problems = new Map<number, string>();
  let done = 0;
  await mapConcurrently(files, DECODED_AT_ONCE, async (index) => {
    signal?.throwIfAborted();
    const { imagePath } = posts[index] as { readonly imagePath: string };
    try {
      hashes.set(index, parseHash(await hashImage(imagePath)));
    } catch (error) {
      // A bad image is passed over; a missing package is not.
      if (!(error instanceof DataError)) throw error;
      problems.set(index, error.message);
    }
    onProgress?.({ stage: 'compare images', done: ++done, total: files.length });
  });

  const near = new DisjointSets(posts.length);
  const known = files.filter((index) => saysSomething(hashes.get(index)));
  const ofHash = groupBy(known, (index) => hashes.get(index));
  near.joinAll(ofHash.values());
  const firsts = [...ofHash.values()].map((indices) => indices[0] as number);
  forEachNearPair([...ofHash.keys()], maxDistance, (one, other) => {
    near.join(firsts[one] as number, firsts[other] as number);
  });
  for (const set of same.sets) {
    const [first, ...others] = set as [number, ...number[]];
    const problem = problems.get(first);
    if (problem === undefined) near.joinAll([set]);
    else for (const other of others) problems.set(other, problem);
  }
  return { sets: near.sets(2), problems };
}

function parseHash(hash: string): bigint {
  if (typeof hash !== 'string' || !/^[\da-f]{16}$/i.test(hash)) {
    throw new OptionError(`hashImage: expected 16 hexadecimal digits, received ${JSON.stringify(hash)}.`);
  }
  return BigInt(`0x${hash}`);
}

/** Whether a hash tells images apart: those of one flat colour have one bit or none, and need not be copies. */
function saysSomething(hash: bigint | undefined): boolean {
  return hash !== undefined && countBits(hash) > 1;
}

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
