/**
 * Models and what feeds them: compact encoders trained along, frozen extractors with a cache, {@link fusionClassifier} and
 * {@link multimodalModel}, and {@link saveModel} and {@link loadModel}, which need no tfjs-node.
 *
 * @module mvsa-fusion/models
 */

export {
  COMPACT_IMAGE_OPTIONS,
  type CompactImageEncoderOptions,
  compactImageEncoder,
} from './compact/compact-image-encoder';
export { type CompactImageStreamOptions, compactImageStream } from './compact/compact-image-stream';
export {
  type CompactText,
  type EncodedCompactText,
  encodeCompactText,
  fitCompactText,
} from './compact/compact-text';
export {
  type CompactTextEncoderOptions,
  compactTextEncoder,
  type WideTextClassifierOptions,
  wideTextClassifier,
} from './compact/compact-text-encoder';
export type { CompactTextSizes } from './compact/compact-text-sizes';
export { type CompactTextStreamOptions, compactTextStream } from './compact/compact-text-stream';
export {
  type ExtractFeaturesOptions,
  extractFeatures,
} from './extractors/extract-features';
export type { ImageDetail, TextDetail } from './extractors/feature-cache/feature-keys';
export type {
  FeatureDtype,
  FeatureRow,
  FeatureShape,
  FeatureStore,
  FeatureTensor,
  ReadFeaturesOptions,
  StoredFeatures,
} from './extractors/feature-cache/feature-store';
export { openFeatureStore } from './extractors/feature-cache/open-feature-store';
export type { FeatureStoreOptions } from './extractors/feature-cache/store-layout';
export type {
  ExtractorConfig,
  ExtractorOptions,
  ExtractorOrigin,
  ImageExtractor,
  ImageFeatures,
  ModelFileOptions,
  TextExtractor,
  TextFeatures,
} from './extractors/feature-extractor';
export { type FrozenImageStreamOptions, frozenImageStream } from './extractors/frozen-image-stream';
export { type FrozenTextStreamOptions, frozenTextStream } from './extractors/frozen-text-stream';
export { type ResolvedModel, resolveModelFiles } from './extractors/hub/resolve-model-files';
export type { ResolveModelOptions } from './extractors/hub/resolve-model-options';
export { type ImageExtractorOptions, imageExtractor } from './extractors/image-extractor';
export {
  type OpenedStreams,
  type OpenStreamsOptions,
  openStreams,
  STREAM_OPTIONS,
} from './extractors/open-streams';
export { readImageTransform } from './extractors/preprocessing/read-image-transform';
export { resNet50Extractor } from './extractors/resnet50-extractor';
export type { SessionOptions } from './extractors/runtime/onnx-session';
export type { TransformersName } from './extractors/runtime/transformers-package';
export type { TransformersRuntimeOptions } from './extractors/runtime/transformers-runtime';
export { bertExtractor, type TextExtractorOptions, textExtractor } from './extractors/text-extractor';
export { FUSION_OPTIONS, type FusionClassifierOptions, fusionClassifier } from './fusion/fusion-classifier';
export {
  crossAttend,
  FUSION_NAMES,
  type FusionName,
  type FusionSettings,
  type FusionStrategy,
  type FusionStreams,
} from './fusion/fusion-strategies';
export { type MultimodalParts, multimodalModel } from './multimodal-model';
export type { ImageStream, Stream, StreamDescription, StreamParts, TextStream } from './streams/stream';
export { loadModel } from './weights/load-model';
export { type SaveModelOptions, saveModel } from './weights/save-model';
export type { WeightStorage } from './weights/weight-storage';
