import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js';
import { type ParameterSetting, parameterGroups } from '../optimizers/parameter-groups';
import type { TrainSettings } from '../train-options';

/** The values of weights as plain data, by name. */
export type WeightValues = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array | Uint8Array }>
>;

/**
 * A model's weights by the names that they were made with.
 *
 * Those repeat from process to process, unlike tfjs' unique names, which count up with every model. The second weight of a
 * name gets `#2`.
 */
export function namedWeights(model: LayersModel): Map<string, LayerVariable> {
  const named = new Map<string, LayerVariable>();
  // A layer that two nested models share stands there twice.
  for (const weight of new Set(model.weights)) {
    let name = weight.originalName;
    for (let copy = 2; named.has(name); copy++) name = `${weight.originalName}#${copy}`;
    named.set(name, weight);
  }
  return named;
}

/** Copies the values of weights out of the backend. */
export async function readWeights(weights: ReadonlyMap<string, LayerVariable>): Promise<WeightValues> {
  const entries = [...weights].map(async ([name, weight]) => {
    const tensor = weight.read();
    // Some backends give their own memory, which the next step overwrites.
    return [name, { shape: tensor.shape, data: (await tensor.data()).slice() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Puts values into weights; names that are absent keep their values.
 *
 * Constraints are not applied: values that were read come back bit for bit.
 */
export function writeWeights(weights: ReadonlyMap<string, LayerVariable>, values: WeightValues): void {
  for (const [name, { shape, data }] of Object.entries(values)) {
    const weight = weights.get(name);
    if (!weight) continue;
    const tensor = tf.tensor(data, shape as number[], weight.dtype as tf.DataType);
    (weight.read() as tf.Variable).assign(tensor);
    tensor.dispose();
  }
}

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
