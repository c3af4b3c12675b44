import {
  decodeImage,
  type FeatureRow,
  type FeatureStore,
  normalizeText,
  type TextOptions,
  type TextPreset,
} from '../../data';
import { imageKeys } from './content-keys';
import type { ImageStream, TextStream } from './feature-examples';
import type { ImageExtractor, ImageFeatures, TextExtractor, TextFeatures } from './feature-extractor';
import type { ImageDetail, TextDetail } from './feature-stores';

/** The texts' part of the examples; a damaged row is computed anew when it is met. */
export function textStream(
  extractor: TextExtractor,
  store: FeatureStore,
  detail: TextDetail,
  normalize: TextOptions | TextPreset,
): TextStream {
  return {
    store,
    detail,
    width: extractor.dim,
    async recompute({ text }, key) {
      const [features] = await extractor.run([extractor.tokenize(normalizeText(text, normalize))]);
      await store.append([textRow(key, features as TextFeatures, extractor.dim, detail)]);
    },
  };
}

/** The images' part of the examples; a damaged row is computed anew when it is met. */
export function imageStream(
  extractor: ImageExtractor,
  store: FeatureStore,
  detail: ImageDetail,
): ImageStream {
  const [rows, columns] = extractor.grid;
  return {
    store,
    detail,
    width: extractor.channels,
    count: rows * columns,
    async recompute({ imagePath }, key) {
      // Another image under the old key would be wrong for good.
      const [found] = await imageKeys([imagePath]);
      if (found !== key) return;
      const [features] = await extractor.run([await decodeImage(imagePath, extractor.transform)]);
      await store.append([imageRow(key, features as ImageFeatures, detail)]);
    },
  };
}

/** A text's features as the store takes them. */
export function textRow(
  key: string,
  { tokens, pooled }: TextFeatures,
  dim: number,
  detail: TextDetail,
): FeatureRow {
  return {
    key,
    length: tokens.length / dim,
    tensors: detail === 'sequence' ? { tokens, pooled } : { pooled },
  };
}

/** An image's features as the store takes them. */
export function imageRow(key: string, { regions, pooled }: ImageFeatures, detail: ImageDetail): FeatureRow {
  return { key, tensors: detail === 'grid' ? { regions, pooled } : { pooled } };
}
