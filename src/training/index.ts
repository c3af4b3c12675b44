/**
 * {@link train} fits a model that ends in logits, repeats bit for bit and resumes; around it optimizers, losses, checkpoints,
 * logs, and {@link evaluate}.
 *
 * @module mvsa-fusion/training
 */

export type {
  BestWeights,
  Checkpoint,
  CheckpointStore,
  CheckpointTensor,
  CheckpointTensors,
  DamagedCheckpoint,
  JsonObject,
  JsonValue,
  LoadedCheckpoint,
} from './checkpoints/checkpoint';
export type { CheckpointOptions } from './checkpoints/checkpoint-options';
export { type OpenCheckpointsOptions, openCheckpoints } from './checkpoints/open-checkpoints';
export {
  type ClassEvaluation,
  type EvaluateProbabilitiesOptions,
  type Evaluation,
  evaluate,
  evaluateProbabilities,
  majorityProbabilities,
} from './evaluation/evaluate';
export { type PredictOptions, predictProbabilities } from './evaluation/predict-probabilities';
export {
  labelsFromTensor,
  type ProbabilitiesFromTensorOptions,
  probabilitiesFromTensor,
} from './evaluation/tensor-labels';
export { interruptSignal } from './interrupt-signal';
export { type JsonlLogOptions, jsonlLog } from './logs/jsonl-log';
export { type ProgressBarOptions, progressBar } from './logs/progress-bar';
export { createProgressLine, type ProgressLine, type ProgressStream } from './logs/progress-line';
export { type TensorBoardLogOptions, tensorBoardLog } from './logs/tensor-board-log';
export { balancedClassWeights } from './losses/class-weights';
export { type ClassificationLossOptions, classificationLoss } from './losses/classification-loss';
export type { Monitor, MonitorMetric } from './monitor';
export { type AdamOptions, createAdam } from './optimizers/adam';
export { type ClippedGradients, clipByGlobalNorm, globalNorm } from './optimizers/gradient-norms';
export { learningRateAt, type Schedule } from './optimizers/learning-rate-schedule';
export type { Optimizer, OptimizerState, ParameterUpdate, StoredTensor } from './optimizers/optimizer';
export type { WeightPattern } from './optimizers/parameter-group-options';
export {
  type NamedWeight,
  type ParameterGroupOptions,
  type ParameterGroupsOptions,
  type ParameterSetting,
  parameterGroups,
} from './optimizers/parameter-groups';
export { openRunFolder, RUN_FOLDER_OPTIONS, type RunFolder, type RunFolderOptions } from './run-folder';
export { type TrainingRun, train } from './train';
export { TRAIN_OPTIONS, type TrainOptions } from './train-options';
export type {
  EpochLog,
  StepLog,
  TrainingCallbacks,
  TrainingEnd,
  TrainingStart,
  ValidationProgress,
} from './training-callbacks';
