/**
 * {@link SentimentClassifier}: from raw posts to answers, and what it is made of.
 *
 * @module mvsa-fusion/classifier
 */

export type { AskOptions, JudgeOptions } from './core/ask-options';
export type { Calibration, Calibrations } from './core/calibration';
export type { Attribution, Explanation } from './core/explanation';
export type { FailedPrediction, MissingHalf, Pattern, Prediction } from './core/prediction';
export type { TrainingSummary } from './core/saved-classifier';
export {
  PREDICT_FILE_OPTIONS,
  type PredictedFile,
  type PredictFileOptions,
  predictFile,
} from './predict-file';
export { type LoadClassifierOptions, SentimentClassifier } from './sentiment-classifier';
export { CLASSIFIER_OPTIONS, type ClassifierOptions } from './training/classifier-options';
export { type PreparedTraining, prepareTraining } from './training/prepare-training';
