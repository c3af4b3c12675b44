export { balancedClassWeights } from './balanced-class-weights';
export { type ClassEvaluation, type Evaluation, evaluate, evaluateProbabilities } from './evaluate';
export { majorityProbabilities } from './majority-probabilities';
export { type PredictOptions, predictProbabilities } from './predict-probabilities';
export { createProgressLine, type ProgressLine } from './progress-line';
export { softmaxCrossEntropy } from './softmax-cross-entropy';
export {
  labelsFromTensor,
  type ProbabilitiesFromTensorOptions,
  probabilitiesFromTensor,
} from './tensor-labels';
export {
  type EpochLog,
  type Monitor,
  type TrainingProgress,
  type TrainingRun,
  type TrainOptions,
  train,
} from './train';
