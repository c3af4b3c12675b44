import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from './model-weights';
import { type ParameterSetting, parameterGroups } from './optimizers/parameter-groups';
import type { TrainSettings } from './resolve-train-options';

/** A weight that a run may change, and how. */
export interface TrainedWeight extends ParameterSetting {
  /** Its name; see `namedWeights`. */
  readonly name: string;
}

/** The trainable weights of a model in its own order, each with its group's settings. */
export function trainedWeights(model: LayersModel, settings: TrainSettings): TrainedWeight[] {
  const trainable = new Set(model.trainableWeights);
  const weights = [...namedWeights(model)]
    .filter(([, weight]) => trainable.has(weight))
    .map(([name, { shape }]) => ({ name, shape: shape as number[] }));
  const { learningRate, weightDecay, parameterGroups: groups, noDecay } = settings;
  const resolved = parameterGroups(weights, {
    learningRate,
    weightDecay,
    ...(groups && { groups }),
    ...(noDecay && { noDecay }),
  });
  return [...resolved].map(([name, setting]) => ({ name, ...setting }));
}
