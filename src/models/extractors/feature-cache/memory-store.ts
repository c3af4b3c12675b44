import { float16ToFloat32, float32ToFloat16 } from '../../../files/safetensors';
import type { FeatureDtype, FeatureRow, FeatureStore, StoredFeatures } from './feature-store';

/** What a stream asks of a place for features. */
export type FeaturePlace = Pick<FeatureStore, 'has' | 'append' | 'read' | 'close'>;

/**
 * Features in memory, for posts that are asked about once: rounded as a {@link FeatureStore} on disk rounds them, so that a prediction does not
 * depend on where they lay.
 */
export function memoryStore(dtype: FeatureDtype): FeaturePlace {
  const rows = new Map<string, StoredFeatures>();
  const rounded = (values: Float32Array) =>
    dtype === 'float16' ? float16ToFloat32(float32ToFloat16(values)) : values;
  return {
    has: (key) => rows.has(key),
    async append(added: readonly FeatureRow[]) {
      for (const { key, length = 1, tensors } of added) {
        const kept = Object.entries(tensors).map(([name, values]) => [name, rounded(values)]);
        rows.set(key, { length, tensors: Object.fromEntries(kept) });
      }
    },
    read: async (key) => rows.get(key) ?? null,
    close: async () => rows.clear(),
  };
}
