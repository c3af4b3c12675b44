export {
  type CompactImageEncoderOptions,
  compactImageEncoder,
} from './compact/compact-image-encoder';
export {
  type CompactText,
  type CompactTextSizes,
  type EncodedCompactText,
  encodeCompactText,
  fitCompactText,
} from './compact/compact-text';
export { type CompactTextEncoderOptions, compactTextEncoder } from './compact/compact-text-encoder';
export {
  type CompactExamples,
  type PrepareCompactOptions,
  prepareCompactExamples,
  type UnreadablePost,
} from './compact/prepare-compact-examples';
export { loadCompactText, saveCompactText } from './compact/save-compact-text';
export { type WideTextClassifierOptions, wideTextClassifier } from './compact/wide-text-classifier';
export { bertExtractor } from './extractors/bert-extractor';
export { type ExtractFeaturesOptions, extractFeatures } from './extractors/extract-features';
export type { ExtractionProgress } from './extractors/extraction-progress';
export type { ExtractorOptions, ModelFileOptions } from './extractors/extractor-options';
export type { FeatureExamples, UnreadableImage } from './extractors/feature-examples';
export type {
  ExtractorConfig,
  ImageExtractor,
  ImageFeatures,
  TextExtractor,
  TextFeatures,
} from './extractors/feature-extractor';
export type { ImageDetail, TextDetail } from './extractors/feature-stores';
export { type ImageExtractorOptions, imageExtractor } from './extractors/image-extractor';
export { readImageTransform } from './extractors/read-image-transform';
export { resNet50Extractor } from './extractors/resnet50-extractor';
export { type TextExtractorOptions, textExtractor } from './extractors/text-extractor';
export type {
  OnnxData,
  OnnxInferenceSession,
  OnnxRuntime,
  OnnxTensor,
  OnnxTensorClass,
} from './extractors/transformers-onnx';
export type { TransformersName } from './extractors/transformers-package';
export {
  loadTransformersRuntime,
  type TransformersRuntime,
  type TransformersRuntimeOptions,
} from './extractors/transformers-runtime';
export type { OnnxSession, SessionOptions } from './extractors/transformers-session';
export type { TextTokenizer } from './extractors/transformers-tokenizer';
export {
  FUSION_NAMES,
  type FusionClassifierOptions,
  type FusionName,
  fusionClassifier,
} from './fusion/fusion-classifier';
export { type ModelProgress, type ResolvedModel, type ResolveModelOptions, resolveModelFiles } from './hub';
export { joinExamples, type PostExamples } from './join-examples';
export { loadModel } from './load-model';
export { type MultimodalParts, multimodalModel } from './multimodal-model';
export { exportResNet50Onnx } from './onnx/export-resnet50-onnx';
export { type FeatureOutputs, findFeatureOutputs } from './onnx/find-feature-outputs';
export { type FindImageOptions, findImageOutputs, type ImageOutputs } from './onnx/find-image-outputs';
export {
  type FindTextOptions,
  type FoundTensor,
  findTextOutputs,
  type TextOutputs,
} from './onnx/find-text-outputs';
export type { OnnxInitializer, OnnxModel, OnnxNode, OnnxRest, OnnxValue } from './onnx/onnx-model';
export type { ByteRange } from './onnx/protobuf-reader';
export { readOnnxModel } from './onnx/read-onnx-model';
export { type TapOptions, type Taps, tapOutputs } from './onnx/tap-outputs';
export { type TappedModelOptions, tappedModel } from './onnx/tapped-model';
export { type SaveModelOptions, saveModel } from './save-model';
export type { WeightStorage } from './weight-storage';
