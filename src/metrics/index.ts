/**
 * scikit-learn's classification metrics under their own names, with calibration, bootstrap intervals and McNemar's test:
 * pure functions on plain arrays, in Node and in browsers.
 *
 * @module mvsa-fusion/metrics
 */

export { accuracyScore, balancedAccuracyScore } from './classification/accuracy-score';
export type {
  Average,
  AverageScoreOptions,
  AverageScores,
  ClassScoreOptions,
  ClassScores,
  ScoreOptions,
} from './classification/class-scores';
export {
  type ClassificationReportOptions,
  classificationReport,
} from './classification/classification-report';
export {
  type CohenKappaOptions,
  cohenKappaScore,
  type KappaWeights,
} from './classification/cohen-kappa-score';
export {
  type ConfusionMatrixOptions,
  confusionMatrix,
  type Normalize,
} from './classification/confusion-matrix';
export {
  type ConfusionMatrixAccumulator,
  type ConfusionScores,
  confusionMatrixAccumulator,
} from './classification/confusion-matrix-accumulator';
export { matthewsCorrcoef } from './classification/matthews-corrcoef';
export {
  f1Score,
  precisionRecallFscoreSupport,
  precisionScore,
  recallScore,
} from './classification/precision-recall-fscore-support';
export {
  type BootstrapOptions,
  bootstrapConfidenceInterval,
  type PairedDifference,
  pairedBootstrap,
} from './comparison/bootstrap';
export { type AgreementCounts, type McnemarResult, mcnemarTest } from './comparison/mcnemar-test';
export type { LabelArray, LabelOptions } from './labels';
export { type BrierScoreOptions, brierScoreLoss } from './probabilities/brier-score-loss';
export {
  type CalibrationOptions,
  expectedCalibrationError,
  type ReliabilityBin,
  reliabilityCurve,
} from './probabilities/expected-calibration-error';
export { logLoss } from './probabilities/log-loss';
export type { ProbabilityOptions } from './probabilities/probabilities';
export { type RocAucOptions, rocAucScore } from './probabilities/roc-auc-score';
