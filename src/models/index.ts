/**
 * Models and what feeds them: compact encoders trained along, frozen extractors with a cache, {@link fusionClassifier} and
 * {@link multimodalModel}, and {@link saveModel} and {@link loadModel}, which need no tfjs-node.
 *
 * @module mvsa-fusion/models
 */

export type { ByteRange } from '../files/protobuf-reader';
export { type CompactImageEncoderOptions, compactImageEncoder } from './compact/compact-image-encoder';
export {
  type CompactText,
  type CompactTextSizes,
  type EncodedCompactText,
  encodeCompactText,
  fitCompactText,
  loadCompactText,
  saveCompactText,
} from './compact/compact-text';
export {
  type CompactTextEncoderOptions,
  compactTextEncoder,
  type WideTextClassifierOptions,
  wideTextClassifier,
} from './compact/compact-text-encoder';
export {
  type CompactExamples,
  type PrepareCompactOptions,
  prepareCompactExamples,
  type UnreadablePost,
} from './compact/prepare-compact-examples';
export {
  type ExtractFeaturesOptions,
  type ExtractionProgress,
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
export type { FeatureExamples, UnreadableImage } from './extractors/feature-examples';
export type {
  ExtractorConfig,
  ExtractorOptions,
  ImageExtractor,
  ImageFeatures,
  ModelFileOptions,
  TextExtractor,
  TextFeatures,
} from './extractors/feature-extractor';
export { type ResolvedModel, resolveModelFiles } from './extractors/hub/resolve-model-files';
export type { ModelProgress, ResolveModelOptions } from './extractors/hub/resolve-model-options';
export { type ImageExtractorOptions, imageExtractor } from './extractors/image-extractor';
export { exportResNet50Onnx } from './extractors/onnx/export-resnet50-onnx';
export { type FeatureOutputs, findFeatureOutputs } from './extractors/onnx/find-feature-outputs';
export {
  type FindImageOptions,
  findImageOutputs,
  type ImageOutputs,
} from './extractors/onnx/find-image-outputs';
export {
  type FindTextOptions,
  type FoundTensor,
  findTextOutputs,
  type TextOutputs,
} from './extractors/onnx/find-text-outputs';
export type { OnnxInitializer, OnnxModel, OnnxNode, OnnxRest, OnnxValue } from './extractors/onnx/onnx-model';
export { readOnnxModel } from './extractors/onnx/read-onnx-model';
export { type TapOptions, type Taps, tapOutputs } from './extractors/onnx/tap-outputs';
export { type TappedModelOptions, tappedModel } from './extractors/onnx/tapped-model';
export { readImageTransform } from './extractors/preprocessing/read-image-transform';
export type { TextTokenizer } from './extractors/preprocessing/text-tokenizer';
export { resNet50Extractor } from './extractors/resnet50-extractor';
export type {
  OnnxData,
  OnnxInferenceSession,
  OnnxRuntime,
  OnnxSession,
  OnnxTensor,
  OnnxTensorClass,
  SessionOptions,
} from './extractors/runtime/onnx-session';
export type { TransformersName } from './extractors/runtime/transformers-package';
export {
  loadTransformersRuntime,
  type TransformersRuntime,
  type TransformersRuntimeOptions,
} from './extractors/runtime/transformers-runtime';
export { bertExtractor, type TextExtractorOptions, textExtractor } from './extractors/text-extractor';
export {
  FUSION_NAMES,
  type FusionClassifierOptions,
  type FusionName,
  fusionClassifier,
} from './fusion/fusion-classifier';
export { joinExamples, type PostExamples } from './join-examples';
export { type MultimodalParts, multimodalModel } from './multimodal-model';
export { loadModel } from './weights/load-model';
export { type SaveModelOptions, saveModel } from './weights/save-model';
export type { WeightStorage } from './weights/weight-storage';
