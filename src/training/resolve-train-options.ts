import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../data';
import { OptionError } from '../errors';
import { checkOptionNames } from '../options/check-option-names';
import { SENTIMENT_LABELS } from '../types';
import { checkExamples } from './evaluation/check-examples';
import { checkLossOptions } from './losses/classification-loss';
import { describeMonitor } from './monitor';
import { learningRateAt } from './optimizers/learning-rate-schedule';
import { type TrainOptions, type TrainSettings, withDefaults } from './train-options';
import type { TrainingCallbacks } from './training-callbacks';

/** A misspelt callback would never be called. */
const CALLBACK_NAMES: Readonly<Record<keyof TrainingCallbacks, true>> = {
  onTrainBegin: true,
  onStepEnd: true,
  onValidation: true,
  onEpochEnd: true,
  onTrainEnd: true,
};

/**
 * Fills in the defaults of `train` and refuses what cannot work, before anything is computed.
 *
 * @throws {@link OptionError} names the option, what it may be and what was received
 */
export function resolveTrainOptions(data: LabelledExamples, options: TrainOptions): TrainSettings {
  const settings = withDefaults(options);
  const { callbacks, validation, labelSmoothing, focalGamma } = settings;
  for (const [name, examples] of Object.entries({ data, validation })) checkExamples(name, examples);
  checkHasPosts('training posts', data);
  checkHasPosts('validation posts', validation);
  checkLossOptions('train', labelSmoothing, focalGamma);
  learningRateAt(settings.schedule, 0, settings.epochs * stepsPerEpoch(data.size, settings));
  describeMonitor(settings.monitor);
  for (const [index, callback] of callbacks.entries())
    checkOptionNames(`callbacks[${index}]`, callback, CALLBACK_NAMES);
  return settings;
}

function checkHasPosts(name: string, { size }: LabelledExamples): void {
  if (Number.isInteger(size) && size >= 1) return;
  throw new OptionError(`train: expected ${name} to be an integer of at least 1, received ${size}.`);
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
  if (shape?.length !== 2 || (shape[1] !== SENTIMENT_LABELS.length && shape[1] !== null)) {
    throw new OptionError(
      `train: expected the model's first output to be logits [batch, ${SENTIMENT_LABELS.length}], received ${JSON.stringify(shape)}.`,
    );
  }
  const [output] = model.outputs;
  const last = output?.sourceLayer;
  if (!last || (last.getConfig().activation !== 'softmax' && last.getClassName() !== 'Softmax')) return;
  throw new OptionError(
    `train: expected the model's first output to be logits, received probabilities of a softmax (layer ` +
      `'${last.name}'), of which the loss would take a softmax again. Leave its activation out.`,
  );
}
