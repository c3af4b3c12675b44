import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../data';
import { OptionError } from '../errors';
import { checkOptionNames } from '../options/check-option-names';
import { checkExamples } from './evaluation/check-examples';
import { areSameClasses, checkLogitsShape, classNamesOf, listClasses } from './evaluation/class-names';
import { objectivesOf } from './loop/train-step';
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
  for (const [name, examples] of Object.entries({ data, validation }))
    checkExamples(name, examples, 'required');
  checkClasses(data, settings);
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

/** Refuses validation posts and class weights of other classes than the training posts'; warns of a class that cannot be learnt. */
function checkClasses(data: LabelledExamples, { validation, classWeights }: TrainSettings): void {
  const [classNames, others] = [classNamesOf(data), classNamesOf(validation)];
  if (!areSameClasses(classNames, others)) {
    throw new OptionError(
      `train: expected validation to have the class names of the training posts, ${listClasses(classNames)}, in this order, received ` +
        `${listClasses(others)}. Make both with the same list of names.`,
    );
  }
  if (typeof classWeights === 'object' && classWeights.length !== classNames.length) {
    throw new OptionError(
      `train: expected classWeights to be 'none', 'balanced' or ${classNames.length} positive numbers, one for each of ` +
        `${listClasses(classNames)}, received ${classWeights.length}.`,
    );
  }
}

/** Refuses a model that cannot be trained for the classes of its data. */
export function checkModel(model: LayersModel, data: LabelledExamples, settings: TrainSettings): void {
  for (const [index, objective] of objectivesOf(model, data, settings).entries()) {
    if (objective)
      checkLogitsShape('train', objective.output, model.outputs[index]?.shape, objective.classNames);
  }
  const [output] = model.outputs;
  const last = output?.sourceLayer;
  if (!last || (last.getConfig().activation !== 'softmax' && last.getClassName() !== 'Softmax')) return;
  throw new OptionError(
    `train: expected the model's first output to be logits, received probabilities of a softmax (layer ` +
      `'${last.name}'), of which the loss would take a softmax again. Leave its activation out.`,
  );
}
