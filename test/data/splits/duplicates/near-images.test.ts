import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countBits, forEachNearPair } from '../../../../src/data/splits/duplicates/near-images';
import { createRandom } from '../../../../src/random';

const bitsOf = (hash: bigint) => hash.toString(2).replaceAll('0', '').length;
const found = (hashes: readonly bigint[], maxDistance: number) => {
  const pairs = new Set<string>();
  forEachNearPair(hashes, maxDistance, (one, other) => pairs.add(`${one} ${other}`));
  return pairs;
};

it('counts bits', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (hash) => {
      expect(countBits(hash)).toBe(bitsOf(hash));
    }),
  );
});

it('finds the pairs that a comparison of all with all finds', () => {
  const bits = fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { maxLength: 20 });
  const hashes = fc
    .tuple(fc.bigInt(0n, 2n ** 64n - 1n), fc.array(bits, { maxLength: 30 }))
    .map(([start, flips]) => [
      ...new Set(flips.map((flip) => flip.reduce((hash, bit) => hash ^ (1n << BigInt(bit)), start))),
    ]);
  fc.assert(
    fc.property(hashes, fc.integer({ min: 0, max: 16 }), (drawn, maxDistance) => {
      const expected = new Set<string>();
      for (const [other, right] of drawn.entries()) {
        for (const [one, left] of drawn.slice(0, other).entries()) {
          if (bitsOf(left ^ right) <= maxDistance) expected.add(`${one} ${other}`);
        }
      }
      expect(found(drawn, maxDistance)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

it('takes well under a second for the 17,000 hashes of MVSA-Multiple', () => {
  const random = createRandom(1);
  const word = () => BigInt(random.integer(2 ** 32));
  const hashes = Array.from({ length: 17_000 }, () => (word() << 32n) | word());
  hashes.push((hashes[7] as bigint) ^ 0b1011n);
  const start = performance.now();
  expect(found(hashes, 8)).toEqual(new Set(['7 17000']));
  expect(performance.now() - start).toBeLessThan(1000);
});
