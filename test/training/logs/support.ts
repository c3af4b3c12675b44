import type { StepLog, TrainingCallbacks, TrainingStart } from '../../../src/training/training-callbacks';

export const startLog = (fields: Partial<TrainingStart> = {}): TrainingStart => ({
  epochs: 3,
  stepsPerEpoch: 4,
  posts: 100,
  resumedStep: 0,
  config: { seed: 7, options: { batchSize: 32, learningRate: 0.001 } },
  ...fields,
});

/** A step of a run with four steps an epoch. */
export const stepLog = (globalStep: number, fields: Partial<StepLog> = {}): StepLog => ({
  epoch: Math.ceil(globalStep / 4),
  step: ((globalStep - 1) % 4) + 1,
  globalStep,
  loss: 1 / globalStep,
  meanLoss: 1.5 / globalStep,
  learningRates: { head: 0.001, backbone: 0.00002 },
  gradientNorm: globalStep / 8,
  posts: 25,
  seconds: 0.125,
  ...fields,
});

export const epochLog = (epoch: number, fields: object = {}) => ({
  epoch,
  globalStep: epoch * 4,
  loss: 0.9 / epoch,
  valLoss: 1 / epoch,
  valAccuracy: 1 - 1 / (epoch + 1),
  valMacroF1: 0.5,
  seconds: 2,
  ...fields,
});

/** Calls a log as `train` would, from the step after the resumed one to `lastStep`, with an epoch's end after every fourth. */
export function play(log: TrainingCallbacks, start: TrainingStart, lastStep: number, isKilled = false): void {
  log.onTrainBegin?.(start);
  for (let step = start.resumedStep + 1; step <= lastStep; step++) {
    log.onStepEnd?.(stepLog(step));
    if (step % 4 === 0) log.onEpochEnd?.(epochLog(step / 4), step === 4);
  }
  if (!isKilled) log.onTrainEnd?.({ stoppedBy: 'epochs', bestEpoch: 1 });
}
