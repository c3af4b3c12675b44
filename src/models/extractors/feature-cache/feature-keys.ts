import { TEXT_PRESETS, type TextOptions, type TextPreset } from '../../../data';
import { sha256 } from '../../../files/digests';
import type { ImageExtractor, TextExtractor } from '../feature-extractor';
import type { FeatureStore } from './feature-store';
import { openFeatureStore } from './open-feature-store';

/** The key of a text in a feature cache: the SHA-256 of its UTF-8 bytes. */
export function textKey(text: string): string {
  return sha256(text);
}

/** What is kept of a text: a vector for each token and one for the whole, or the latter alone. */
export type TextDetail = 'sequence' | 'pooled';

/** What is kept of an image: a vector for each region and one for the whole, or the latter alone. */
export type ImageDetail = 'grid' | 'pooled';

/** Raised whenever what is computed from the same model and content changes. */
const FEATURES_VERSION = 1;

/** Opens the store of one text model under its options. */
export async function openTextStore(
  cache: string,
  extractor: TextExtractor,
  options: {
    readonly detail: TextDetail;
    readonly normalize: TextOptions | TextPreset;
    readonly dtype: 'float16' | 'float32';
  },
): Promise<FeatureStore> {
  const { detail, normalize, dtype } = options;
  // By its steps: a preset that changes is a miss, and a name for the same steps is none.
  const steps = typeof normalize === 'string' ? TEXT_PRESETS[normalize] : normalize;
  return openFeatureStore(cache, {
    name: 'text',
    config: { version: FEATURES_VERSION, extractor: extractor.config, normalize: steps, detail },
    tensors: {
      ...(detail === 'sequence' && { tokens: { shape: ['length', extractor.dim] } }),
      pooled: { shape: [extractor.dim] },
    },
    dtype,
  });
}

/** Opens the store of one image model under its options. */
export async function openImageStore(
  cache: string,
  extractor: ImageExtractor,
  { detail, dtype }: { readonly detail: ImageDetail; readonly dtype: 'float16' | 'float32' },
): Promise<FeatureStore> {
  const [rows, columns] = extractor.grid;
  return openFeatureStore(cache, {
    name: 'image',
    config: { version: FEATURES_VERSION, extractor: extractor.config, detail },
    tensors: {
      ...(detail === 'grid' && { regions: { shape: [rows * columns, extractor.dim] } }),
      pooled: { shape: [extractor.dim] },
    },
    dtype,
  });
}
