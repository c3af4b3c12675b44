import { createHash } from 'node:crypto';
import type {
  FeatureRow,
  StoredFeatures,
} from '../../../../src/models/extractors/feature-cache/feature-store';
import type { FeatureStoreOptions } from '../../../../src/models/extractors/feature-cache/store-layout';

/** A store of texts; sizes are primes, so that no axis passes for another. */
export const TEXT_STORE: FeatureStoreOptions = {
  name: 'text',
  config: { model: 'made up', taps: [11, 12] },
  tensors: { tokens: { shape: ['length', 23] }, pooled: { shape: [31] } },
};

/** SHA-256 of a number. */
export function keyOf(index: number): string {
  return createHash('sha256').update(`row ${index}`).digest('hex');
}

/** Row `index` of {@link TEXT_STORE}, of 1 to 13 tokens; all values are exact in float16. */
export function rowOf(index: number): FeatureRow & { readonly length: number } {
  const length = 1 + ((index * 7) % 13);
  const values = (count: number, seed: number) =>
    Float32Array.from({ length: count }, (_, at) => (((index * 31 + at * 17 + seed) % 2039) - 1019) / 8);
  return { key: keyOf(index), length, tensors: { tokens: values(length * 23, 5), pooled: values(31, 11) } };
}

/** Rows `from` to `to`, the last left out. */
export function rowsOf(from: number, to: number): ReturnType<typeof rowOf>[] {
  return Array.from({ length: to - from }, (_, index) => rowOf(from + index));
}

/** Whether a row was read as it was stored, to the bit. */
export function isRow(index: number, found: StoredFeatures | null): boolean {
  const { length, tensors } = rowOf(index);
  return (
    found !== null &&
    found.length === length &&
    Object.keys(found.tensors).length === 2 &&
    ['tokens', 'pooled'].every((name) => equal(tensors[name], found.tensors[name]))
  );
}

function equal(expected: Float32Array | undefined, found: Float32Array | undefined): boolean {
  return (
    expected !== undefined &&
    found?.length === expected.length &&
    expected.every((value, index) => value === found[index])
  );
}
