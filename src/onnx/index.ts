/**
 * ONNX files by their skeleton, for experts: read a graph ({@link readOnnxModel}), find the tensors that hold features, make a copy
 * that gives them ({@link tappedModel}), and run it ({@link loadTransformersRuntime}). The extractors of `mvsa-fusion/models` do all this.
 *
 * @module mvsa-fusion/onnx
 */

export type { ByteRange } from '../files/protobuf-reader';
export { exportResNet50Onnx } from '../models/extractors/onnx/export-resnet50-onnx';
export { type FeatureOutputs, findFeatureOutputs } from '../models/extractors/onnx/find-feature-outputs';
export {
  type FindImageOptions,
  findImageOutputs,
  type ImageOutputs,
} from '../models/extractors/onnx/find-image-outputs';
export {
  type FindTextOptions,
  type FoundTensor,
  findTextOutputs,
  type TextOutputs,
} from '../models/extractors/onnx/find-text-outputs';
export type {
  OnnxInitializer,
  OnnxModel,
  OnnxNode,
  OnnxRest,
  OnnxValue,
} from '../models/extractors/onnx/onnx-model';
export { readOnnxModel } from '../models/extractors/onnx/read-onnx-model';
export { type TapOptions, type Taps, tapOutputs } from '../models/extractors/onnx/tap-outputs';
export { type TappedModelOptions, tappedModel } from '../models/extractors/onnx/tapped-model';
export type { TextTokenizer } from '../models/extractors/preprocessing/text-tokenizer';
export type {
  OnnxData,
  OnnxInferenceSession,
  OnnxRuntime,
  OnnxSession,
  OnnxTensor,
  OnnxTensorClass,
} from '../models/extractors/runtime/onnx-session';
export {
  loadTransformersRuntime,
  type TransformersRuntime,
} from '../models/extractors/runtime/transformers-runtime';
