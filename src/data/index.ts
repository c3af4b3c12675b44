/**
 * From files to posts and batches: MVSA as its authors distribute it ({@link openMvsa}), your own posts in CSV or JSON lines
 * ({@link openPosts}, {@link readPosts}), splits and their audit, images exact to Pillow, tweets, {@link mvsaBatches} for tfjs' own `fitDataset`, and a sample data set drawn from nothing.
 *
 * @module mvsa-fusion/data
 */

export type { BatchDataset, BatchDatasetOptions, BatchInput } from './batches/batch-dataset';
export type { MvsaBatchesOptions } from './batches/batch-options';
export {
  type ExampleLabels,
  type Examples,
  encodeLabels,
  type LabelledExamples,
  type NamedLabels,
} from './batches/examples';
export { type MvsaBatch, type MvsaBatches, mvsaBatches } from './batches/mvsa-batches';
export type {
  LabelledPostExamples,
  PostExamples,
  UnreadablePost,
} from './batches/post-examples';
export { type PrepareExamplesOptions, prepareExamples } from './batches/prepare-examples';
export type {
  ImagePreparer,
  PreparedContents,
  Preparer,
  TextPreparer,
  WorkOptions,
} from './batches/preparers/post-preparer';
export { asTokenizer, type Tokenizer, type TransformersTokenizer } from './batches/tokenizer';
export type { ImageFormat } from './images/image-format';
export type { ImageProblem, InspectedImage, RefusedImage } from './images/image-header';
export {
  type ImageTransform,
  type Interpolation,
  imageNetTransform,
  type ResizeOptions,
} from './images/image-transform';
export { type InspectImageOptions, inspectImage } from './images/inspect-image';
export { NEAR_DUPLICATE_DISTANCE, perceptualHash } from './images/perceptual-hash';
export { type DecodeImageOptions, decodeImage, type ReadImageOptions, readImage } from './images/read-image';
export { resizeImage } from './images/resize/resize-image';
export { type ImageToFloatOptions, imageToFloat, type RgbImage } from './images/rgb-image';
export { type DropReason, LABEL_RULES, type LabelRule } from './mvsa/label-rule';
export type { Annotation, MvsaVariant } from './mvsa/labels-file';
export type { DroppedPost, MvsaDataset, MvsaPair } from './mvsa/mvsa-dataset';
export type { MvsaSummary } from './mvsa/mvsa-summary';
export { type OpenMvsaOptions, openMvsa } from './mvsa/open-mvsa';
export type { EncodingEvidence, TextEncoding } from './mvsa/text-encoding';
export { type ValidatedPost, type ValidatePairsOptions, validatePairs } from './mvsa/validate-pairs';
export { fileSource } from './posts/file-source';
export { type OpenPostsOptions, openPosts } from './posts/open-posts';
export type { LabelledPost, Post } from './posts/post';
export type { PostColumns } from './posts/post-columns';
export type { ImageContent, PostSource } from './posts/post-source';
export type { NamedPost, PostsFile, SkippedRow } from './posts/posts-file';
export type {
  ClassCounts,
  DuplicateCounts,
  Histogram,
  ImageSize,
  PostsSummary,
  SummaryOptions,
  TextCounts,
} from './posts/posts-summary';
export {
  POSTS_FILE_OPTIONS,
  type PostRow,
  type PostsFileOptions,
  type ReadPostsOptions,
  readPosts,
} from './posts/read-posts';
export type { PostsFormat } from './posts/rows/sniff-posts-file';
export type { SkippedPost } from './posts/skipped-post';
export { type CreateSampleMvsaOptions, createSampleMvsa } from './sample/create-sample-mvsa';
export { type BayesScore, type SampleBayes, sampleBayesAccuracy } from './sample/sample-bayes';
export { type AssignPartsOptions, checkSplitClasses } from './splits/assign-parts';
export {
  type AuditSplitOptions,
  auditSplit,
  type ConflictingTwins,
  type PartAudit,
  type SplitAudit,
  type SplitLeak,
  type SplitPart,
} from './splits/audit-split';
export type {
  DuplicateGroup,
  DuplicateGroups,
  DuplicateRelation,
  FindDuplicatesOptions,
} from './splits/duplicates/duplicate-groups';
export { findDuplicates } from './splits/duplicates/find-duplicates';
export {
  type ReadSplit,
  type ReadSplitOptions,
  readSplit,
  type SplitFiles,
  type SplittableDataset,
} from './splits/files/read-split';
export type { LabelCodes, LabelMismatch } from './splits/files/split-labels';
export {
  type WritablePost,
  type WritableSplit,
  type WriteSplitOptions,
  writeSplit,
} from './splits/files/write-split';
export {
  openTrainingData,
  TRAINING_DATA_OPTIONS,
  type TrainingData,
  type TrainingDataOptions,
} from './splits/open-training-data';
export {
  type KFoldPairsOptions,
  kFoldPairs,
  type PairFold,
  type PairSplits,
  type SplitPairsOptions,
  splitPairs,
} from './splits/split-pairs';
export type { SplitSource } from './splits/split-source';
export { normalizeText, tokenizeText } from './text/normalize-text';
export {
  TEXT_PRESETS,
  type TextOptions,
  type TextPreset,
  type TextReplacement,
  type TextToken,
} from './text/text-options';
