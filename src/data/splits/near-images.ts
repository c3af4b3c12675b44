import { DataError, OptionError } from '../../errors';
import { mapConcurrently } from '../../map-concurrently';
import { perceptualHash } from '../images/perceptual-hash';
import { DisjointSets } from './disjoint-sets';
import type { FindDuplicatesOptions } from './find-duplicates-options';
import { groupBy } from './group-by';
import { countBits, forEachNearPair } from './near-hashes';
import type { SameImages } from './same-images';

/** Images that are decoded at the same time. */
const DECODED_AT_ONCE = 4;

/**
 * Joins images by perceptual hash, those of one file among them; each distinct file is hashed once.
 *
 * @param same which files are equal; those with a problem are left out
 * @param maxDistance the most bits in which two hashes of one set's neighbours differ
 */
export async function findNearImages(
  posts: readonly { readonly imagePath: string }[],
  same: SameImages,
  maxDistance: number,
  { hashImage = perceptualHash, signal, onProgress }: FindDuplicatesOptions,
): Promise<SameImages> {
  const copies = new Set(same.sets.flatMap((set) => set.slice(1)));
  const files = [...posts.keys()].filter((index) => !copies.has(index) && !same.problems.has(index));
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
    onProgress?.(++done, files.length);
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
