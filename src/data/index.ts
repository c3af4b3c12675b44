export type { BatchDataset, BatchDatasetOptions, BatchInput } from './batches/batch-dataset';
export type { MvsaBatchesOptions } from './batches/batch-options';
export { type MvsaBatch, type MvsaBatches, mvsaBatches } from './batches/mvsa-batches';
export { asTokenizer, type Tokenizer, type TransformersTokenizer } from './batches/tokenizer';
export { encodeLabels, type NamedLabels } from './encode-labels';
export type {
  FeatureDtype,
  FeatureRow,
  FeatureShape,
  FeatureStore,
  FeatureTensor,
  ReadFeaturesOptions,
  StoredFeatures,
} from './feature-cache/feature-store';
export { openFeatureStore } from './feature-cache/open-feature-store';
export type { FeatureStoreOptions } from './feature-cache/store-layout';
export { type DecodeImageOptions, decodeImage } from './images/decode-image';
export { hammingDistance } from './images/hamming-distance';
export type { ImageFormat } from './images/image-format';
export { imageToFloat } from './images/image-to-float';
export { imageToPlanes } from './images/image-to-planes';
export {
  type ImageTransform,
  type Interpolation,
  imageNetTransform,
  type ResizeOptions,
} from './images/image-transform';
export { type InspectImageOptions, inspectImage } from './images/inspect-image';
export type { ImageProblem, InspectedImage, RefusedImage } from './images/inspected-image';
export { NEAR_DUPLICATE_DISTANCE, perceptualHash } from './images/perceptual-hash';
export { type ReadImageOptions, readImage } from './images/read-image';
export { resizeImage } from './images/resize-image';
export type { RgbImage } from './images/rgb-image';
export { sniffImageFormat } from './images/sniff-image-format';
export type { ExampleLabels, LabelledExamples } from './labelled-examples';
export { type DropReason, LABEL_RULES, type LabelRule } from './mvsa/label-rule';
export type { Annotation, MvsaVariant } from './mvsa/labels-file';
export type { DroppedPost, MvsaDataset, MvsaPair, SkippedPost } from './mvsa/mvsa-dataset';
export type {
  ClassCounts,
  DuplicateCounts,
  Histogram,
  ImageSize,
  LabelledPost,
  MvsaSummary,
  SummaryOptions,
  TextCounts,
} from './mvsa/mvsa-summary';
export { type OpenMvsaOptions, openMvsa } from './mvsa/open-mvsa';
export type { EncodingEvidence, TextEncoding } from './mvsa/text-encoding';
export { type ValidatedPost, type ValidatePairsOptions, validatePairs } from './mvsa/validate-pairs';
export { type CreateSampleMvsaOptions, createSampleMvsa } from './sample/create-sample-mvsa';
export { type BayesScore, type SampleBayes, sampleBayesAccuracy } from './sample/sample-bayes';
export type { AssignPartsOptions } from './splits/assign-parts';
export { type AuditSplitOptions, auditSplit } from './splits/audit-split';
export { checkSplitClasses } from './splits/check-split-classes';
export type { LabelMismatch } from './splits/compare-labels';
export type {
  DuplicateGroup,
  DuplicateGroups,
  DuplicateRelation,
  UncomparedImage,
} from './splits/duplicate-groups';
export { findDuplicates } from './splits/find-duplicates';
export type { FindDuplicatesOptions } from './splits/find-duplicates-options';
export { type KFoldPairsOptions, kFoldPairs, type PairFold } from './splits/k-fold-pairs';
export type { LabelCodes } from './splits/label-codes';
export { type ReadSplit, type ReadSplitOptions, readSplit, type SplitFiles } from './splits/read-split';
export type { ConflictingTwins, PartAudit, SplitAudit, SplitLeak, SplitPart } from './splits/split-audit';
export { type PairSplits, type SplitPairsOptions, splitPairs } from './splits/split-pairs';
export {
  type WritablePost,
  type WritableSplit,
  type WriteSplitOptions,
  writeSplit,
} from './splits/write-split';
export { normalizeText } from './text/normalize-text';
export { type SeenText, seenText } from './text/seen-text';
export type { TextOptions, TextReplacement, TextToken } from './text/text-options';
export { TEXT_PRESETS, type TextPreset } from './text/text-presets';
export { tokenizeText } from './text/tokenize-text';
