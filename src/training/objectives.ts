import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExampleLabels } from '../data';
import { balancedClassWeights } from './balanced-class-weights';

/** What one output of a model is held against. */
export interface Objective {
  /** [posts] class indices */
  readonly labels: Int32Array;
  /** Weight of this loss in the sum of all. */
  readonly weight: number;
  /** [classes]; every class counts by its posts when absent */
  readonly classWeights: readonly number[] | undefined;
}

/** Options of the losses; see `TrainOptions`. */
export interface ObjectiveOptions {
  /** Weights of the losses on the text's and the image's own label, for models with such outputs. */
  readonly auxiliaryLosses: {
    /** Weight of the text's loss, at least 0. */
    readonly textLabel: number;
    /** Weight of the image's loss, at least 0. */
    readonly imageLabel: number;
  };
  /** How much each class counts. */
  readonly classWeights: 'none' | 'balanced' | readonly number[];
}

/** For each output of the model, the labels it is held against; an output without labels or weight is left alone. */
export function objectivesOf(
  model: LayersModel,
  labels: ExampleLabels,
  { auxiliaryLosses, classWeights }: ObjectiveOptions,
): (Objective | undefined)[] {
  const weightsFor = (values: Int32Array) => {
    if (classWeights === 'none') return undefined;
    return classWeights === 'balanced' ? balancedClassWeights(values) : classWeights;
  };
  const objective = (values: Int32Array | undefined, weight: number): Objective | undefined =>
    values && weight > 0 ? { labels: values, weight, classWeights: weightsFor(values) } : undefined;
  return model.outputNames.map((outputName, index) => {
    // Whatever its name: it is the one that validation judges.
    if (index === 0) return objective(labels.label, 1);
    const name = outputName.split('/').at(-1);
    if (name === 'textLogits') return objective(labels.textLabel, auxiliaryLosses.textLabel);
    if (name === 'imageLogits') return objective(labels.imageLabel, auxiliaryLosses.imageLabel);
    return undefined;
  });
}
