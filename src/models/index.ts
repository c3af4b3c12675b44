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
export {
  FUSION_NAMES,
  type FusionClassifierOptions,
  type FusionName,
  fusionClassifier,
} from './fusion/fusion-classifier';
export { loadModel } from './load-model';
export { type MultimodalParts, multimodalModel } from './multimodal-model';
export { saveModel } from './save-model';
