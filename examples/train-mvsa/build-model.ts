import {
  type CompactText,
  compactImageEncoder,
  compactTextEncoder,
  type FusionName,
  fusionClassifier,
  multimodalModel,
  wideTextClassifier,
} from 'mvsa-fusion/models';
import type { FrozenFeatures } from './frozen-features';
import { fusionFlags, imageFlags, type Options } from './options';

/** Compact encoders are trained along; features of frozen models go straight into the classifier. */
export function buildModel(
  fusion: FusionName,
  compactText: CompactText,
  frozen: FrozenFeatures | null,
  options: Options,
) {
  const { dim, seed, auxiliary } = options;
  const { gramsPerToken, buckets } = compactText;
  const [text, image] = [frozen?.text, frozen?.image];
  const trainsText = fusion !== 'image-only' && !text;
  const trainsImage = fusion !== 'text-only' && !image;
  // Compact texts are as long as their batch needs.
  const numTokens = text?.length ?? null;
  const numRegions = image ? image.length : 49;
  return multimodalModel({
    ...(trainsText && { textEncoder: compactTextEncoder({ gramsPerToken, buckets, dim, seed }) }),
    ...(trainsImage && { imageEncoder: compactImageEncoder({ ...imageFlags(options), dim, seed }) }),
    ...(trainsText && {
      wideTextClassifier: wideTextClassifier({
        buckets: compactText.wideBuckets,
        maxGrams: compactText.maxGrams,
      }),
    }),
    classifier: fusionClassifier({
      textDim: text?.dim ?? dim,
      imageDim: image?.dim ?? dim,
      ...(numTokens !== null && { numTokens }),
      ...(numRegions !== null && { numRegions }),
      ...fusionFlags(options),
      fusion,
      auxiliaryHeads: auxiliary > 0,
      seed,
    }),
  });
}
