export { balancedClassWeights } from './balanced-class-weights';
export {
  type BestWeights,
  type Checkpoint,
  type CheckpointStore,
  type CheckpointTensor,
  type CheckpointTensors,
  checkSameConfig,
  type DamagedCheckpoint,
  diffConfig,
  type JsonObject,
  type JsonValue,
  type LoadedCheckpoint,
  type OpenCheckpointsOptions,
  openCheckpoints,
} from './checkpoints';
export type { EpochLog } from './epoch-log';
export { type ClassEvaluation, type Evaluation, evaluate, evaluateProbabilities } from './evaluate';
export { interruptSignal } from './interrupt-signal';
export { type JsonlLogOptions, jsonlLog } from './logs/jsonl-log';
export { type ProgressBarOptions, progressBar } from './logs/progress-bar';
export { type TensorBoardLogOptions, tensorBoardLog } from './logs/tensor-board-log';
export { type ClassificationLossOptions, classificationLoss } from './losses/classification-loss';
export { lossDenominator } from './losses/loss-denominator';
export { majorityProbabilities } from './majority-probabilities';
export type { Monitor, MonitorMetric } from './monitor';
export { type AdamOptions, createAdam } from './optimizers/adam';
export { type ClippedGradients, clipByGlobalNorm, clipFactor, globalNorm } from './optimizers/global-norm';
export { learningRateAt, type Schedule } from './optimizers/learning-rate-schedule';
export { findNonFinite, type NonFinite } from './optimizers/non-finite';
export type { Optimizer, OptimizerState, ParameterUpdate, StoredTensor } from './optimizers/optimizer';
export {
  type NamedWeight,
  type ParameterGroupOptions,
  type ParameterGroupsOptions,
  type ParameterSetting,
  parameterGroups,
} from './optimizers/parameter-groups';
export type { WeightPattern } from './optimizers/weight-patterns';
export { type PredictOptions, predictProbabilities } from './predict-probabilities';
export { createProgressLine, type ProgressLine, type ProgressStream } from './progress-line';
export {
  labelsFromTensor,
  type ProbabilitiesFromTensorOptions,
  probabilitiesFromTensor,
} from './tensor-labels';
export { type TrainingRun, train } from './train';
export type { CheckpointOptions, TrainOptions } from './train-options';
export type {
  StepLog,
  TrainingCallbacks,
  TrainingEnd,
  TrainingStart,
  ValidationProgress,
} from './training-callbacks';
