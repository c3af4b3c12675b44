import { decodeImage, normalizeText, type TextOptions, type TextPreset } from '../../../data';
import type { ImageStream, TextStream } from '../feature-examples';
import type { ImageExtractor, ImageFeatures, TextExtractor, TextFeatures } from '../feature-extractor';
import { type ImageDetail, imageKeys, type TextDetail } from './feature-keys';
import type { FeatureRow, FeatureStore } from './feature-store';

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
    dim: extractor.dim,
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
    dim: extractor.dim,
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

/**
 * Groups texts of like length, so that little padding is computed: sorted by length, cut where a batch would exceed a number
 * of tokens.
 *
 * @param lengths number of tokens of each text
 * @param tokenBudget the most tokens of a batch, padding included; a text that is longer alone makes a batch of its own
 * @returns positions of the texts, batch by batch, longest first: what needs most memory comes first, and fails first
 */
export function lengthBatches(lengths: readonly number[], tokenBudget: number): number[][] {
  const order = lengths
    .map((_, index) => index)
    .sort((a, b) => (lengths[b] as number) - (lengths[a] as number));
  const batches: number[][] = [];
  let width = 0;
  for (const index of order) {
    const batch = batches.at(-1);
    if (batch && (batch.length + 1) * width <= tokenBudget) {
      batch.push(index);
    } else {
      width = Math.max(1, lengths[index] as number);
      batches.push([index]);
    }
  }
  return batches;
}
