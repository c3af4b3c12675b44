import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../data';
import { OptionError } from '../errors';
import { checkOptionNames } from '../options/check-option-names';
import { SENTIMENT_LABELS } from '../types';
import { checkExamples } from './evaluation/check-examples';
import { checkLossOptions } from './losses/classification-loss';
import { describeMonitor } from './monitor';
import { learningRateAt } from './optimizers/learning-rate-schedule';
import type { TrainOptions } from './train-options';
import type { TrainingCallbacks } from './training-callbacks';

/** The names of all options, so that a misspelt one is an error. */
const OPTION_NAMES: Readonly<Record<keyof TrainOptions, true>> = {
  validation: true,
  epochs: true,
  batchSize: true,
  accumulationSteps: true,
  optimizer: true,
  learningRate: true,
  weightDecay: true,
  noDecay: true,
  parameterGroups: true,
  schedule: true,
  clipNorm: true,
  labelSmoothing: true,
  focalGamma: true,
  classWeights: true,
  auxiliaryLosses: true,
  monitor: true,
  patience: true,
  seed: true,
  checkpoints: true,
  callbacks: true,
  signal: true,
};

/** A misspelt callback would never be called. */
const CALLBACK_NAMES: Readonly<Record<keyof TrainingCallbacks, true>> = {
  onTrainBegin: true,
  onStepEnd: true,
  onValidation: true,
  onEpochEnd: true,
  onTrainEnd: true,
};

/** Options with their defaults filled in; those without one stay as given. */
export type TrainSettings = ReturnType<typeof resolveTrainOptions>;

/**
 * Fills in the defaults of `train` and refuses what cannot work, before anything is computed.
 *
 * @throws {@link OptionError} names the option, what it may be and what was received
 */
export function resolveTrainOptions(data: LabelledExamples, options: TrainOptions) {
  checkOptionNames('train', options, OPTION_NAMES);
  const { auxiliaryLosses = {} } = options;
  checkOptionNames('auxiliaryLosses', auxiliaryLosses, { textLabel: true, imageLabel: true });
  const settings = {
    ...options,
    epochs: options.epochs ?? 20,
    batchSize: options.batchSize ?? 32,
    accumulationSteps: options.accumulationSteps ?? 1,
    optimizer: options.optimizer ?? 'adamw',
    learningRate: options.learningRate ?? 0.001,
    weightDecay: options.weightDecay ?? 0,
    schedule: options.schedule ?? ({ kind: 'constant' } as const),
    labelSmoothing: options.labelSmoothing ?? 0,
    focalGamma: options.focalGamma ?? 0,
    classWeights: options.classWeights ?? 'none',
    auxiliaryLosses: {
      textLabel: auxiliaryLosses.textLabel ?? 0.5,
      imageLabel: auxiliaryLosses.imageLabel ?? 0.5,
    },
    monitor: options.monitor ?? 'macroF1',
    patience: options.patience ?? 5,
    seed: options.seed ?? 0,
    callbacks: options.callbacks ?? [],
  };
  checkExamples('data', data);
  checkExamples('validation', settings.validation);
  checkCount('training posts', data.size);
  checkCount('validation posts', settings.validation.size);
  for (const name of ['epochs', 'batchSize', 'accumulationSteps'] as const) checkCount(name, settings[name]);
  if (settings.patience !== Infinity) checkCount('patience', settings.patience);
  check('optimizer', ['adam', 'adamw'].includes(settings.optimizer), "'adamw' or 'adam'", settings.optimizer);
  check('learningRate', isPositive(settings.learningRate), 'a positive number', settings.learningRate);
  check('weightDecay', isAtLeast0(settings.weightDecay), 'a number of at least 0', settings.weightDecay);
  check(
    'clipNorm',
    settings.clipNorm === undefined || isPositive(settings.clipNorm),
    'a positive number',
    settings.clipNorm,
  );
  check('seed', Number.isSafeInteger(settings.seed), 'an integer', settings.seed);
  for (const [name, weight] of Object.entries(settings.auxiliaryLosses))
    check(`auxiliaryLosses.${name}`, isAtLeast0(weight), 'a number of at least 0', weight);
  checkClassWeights(settings.classWeights);
  checkLossOptions('train', settings.labelSmoothing, settings.focalGamma);
  learningRateAt(settings.schedule, 0, settings.epochs * stepsPerEpoch(data.size, settings));
  checkCheckpoints(settings.checkpoints);
  describeMonitor(settings.monitor);
  const { callbacks, signal } = settings;
  const areObjects = Array.isArray(callbacks) && callbacks.every((one) => typeof one === 'object' && one);
  check('callbacks', areObjects, 'a list of objects with functions', callbacks);
  for (const [index, callback] of callbacks.entries())
    checkOptionNames(`callbacks[${index}]`, callback, CALLBACK_NAMES);
  check('signal', signal === undefined || signal instanceof AbortSignal, 'an AbortSignal', signal);
  return settings;
}

const isPositive = (value: unknown) => typeof value === 'number' && value > 0 && value < Infinity;
const isAtLeast0 = (value: unknown) => value === 0 || isPositive(value);

function checkClassWeights(weights: unknown): void {
  const names: unknown[] = ['none', 'balanced'];
  const count = SENTIMENT_LABELS.length;
  check(
    'classWeights',
    names.includes(weights) ||
      (Array.isArray(weights) && weights.length === count && weights.every(isPositive)),
    `'none', 'balanced' or ${count} positive numbers`,
    weights,
  );
}

function checkCheckpoints(checkpoints: TrainOptions['checkpoints']): void {
  if (checkpoints === undefined) return;
  checkOptionNames('checkpoints', checkpoints, {
    directory: true,
    resume: true,
    everySteps: true,
    keep: true,
  });
  const { directory, resume = false, everySteps, keep = 2 } = checkpoints;
  check('checkpoints.directory', typeof directory === 'string' && directory !== '', 'a path', directory);
  check('checkpoints.resume', typeof resume === 'boolean', 'true or false', resume);
  if (everySteps !== undefined) checkCount('checkpoints.everySteps', everySteps);
  check('checkpoints.keep', Number.isInteger(keep) && keep >= 2, 'an integer of at least 2', keep);
}

function checkCount(name: string, value: unknown): void {
  check(name, Number.isInteger(value) && (value as number) >= 1, 'an integer of at least 1', value);
}

function check(name: string, isRight: boolean, expected: string, received: unknown): void {
  if (isRight) return;
  // JSON has neither NaN nor big integers.
  const isObject = typeof received === 'object' || typeof received === 'string';
  const shown = isObject ? JSON.stringify(received) : String(received);
  throw new OptionError(`train: expected ${name} to be ${expected}, received ${shown}.`);
}

/** How many optimizer steps an epoch has. */
export function stepsPerEpoch(
  posts: number,
  { batchSize, accumulationSteps }: Pick<TrainSettings, 'batchSize' | 'accumulationSteps'>,
): number {
  return Math.ceil(posts / (batchSize * accumulationSteps));
}

/** Refuses a model that cannot be trained for the three classes. */
export function checkModel(model: LayersModel): void {
  const [shape] = model.outputs.map((output) => output.shape);
  check(
    "the model's first output",
    shape?.length === 2 && (shape[1] === SENTIMENT_LABELS.length || shape[1] === null),
    `logits [batch, ${SENTIMENT_LABELS.length}]`,
    shape,
  );
  const [output] = model.outputs;
  const last = output?.sourceLayer;
  if (!last || (last.getConfig().activation !== 'softmax' && last.getClassName() !== 'Softmax')) return;
  throw new OptionError(
    `train: expected the model's first output to be logits, received probabilities of a softmax (layer ` +
      `'${last.name}'), of which the loss would take a softmax again. Leave its activation out.`,
  );
}
