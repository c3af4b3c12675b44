export { accuracyScore } from './accuracy-score';
export { balancedAccuracyScore } from './balanced-accuracy-score';
export { bootstrapConfidenceInterval } from './bootstrap-confidence-interval';
export type { BootstrapOptions } from './bootstrap-options';
export { type BrierScoreOptions, brierScoreLoss } from './brier-score-loss';
export type { AverageScores, ClassScores } from './class-scores';
export { type ClassificationReportOptions, classificationReport } from './classification-report';
export { type CohenKappaOptions, cohenKappaScore, type KappaWeights } from './cohen-kappa-score';
export { type ConfusionMatrixOptions, confusionMatrix } from './confusion-matrix';
export {
  type ConfusionMatrixAccumulator,
  type ConfusionScores,
  confusionMatrixAccumulator,
} from './confusion-matrix-accumulator';
export { expectedCalibrationError } from './expected-calibration-error';
export { f1Score } from './f1-score';
export type { LabelArray, LabelOptions } from './label-options';
export { logLoss } from './log-loss';
export { matthewsCorrcoef } from './matthews-corrcoef';
export { type AgreementCounts, type McnemarResult, mcnemarTest } from './mcnemar-test';
export type { Normalize } from './normalize-counts';
export { type PairedDifference, pairedBootstrap } from './paired-bootstrap';
export { precisionRecallFscoreSupport } from './precision-recall-fscore-support';
export { precisionScore } from './precision-score';
export type { ProbabilityOptions } from './probability-options';
export { recallScore } from './recall-score';
export { type CalibrationOptions, type ReliabilityBin, reliabilityCurve } from './reliability-curve';
export { type RocAucOptions, rocAucScore } from './roc-auc-score';
export type { Average, AverageScoreOptions, ClassScoreOptions, ScoreOptions } from './score-options';
