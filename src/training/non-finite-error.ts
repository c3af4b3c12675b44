import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js';
import type { LabelledExamples } from '../data';
import { TrainingError } from '../errors';
import { findNonFinite } from './optimizers/non-finite';
import { takeBatch } from './predict-probabilities';

/** A step whose loss or gradients are not finite. */
export interface NonFiniteStep {
  /** Its loss. */
  readonly loss: number;
  /** Its gradients, by the weight's name. */
  readonly gradients: tf.NamedTensorMap;
  /** The model. */
  readonly model: LayersModel;
  /** The training posts. */
  readonly data: LabelledExamples;
  /** Epoch and step, for the message. */
  readonly where: string;
  /** The step's posts. */
  readonly passes: readonly (readonly number[])[];
  /** The model's weights, by name. */
  readonly weights: ReadonlyMap<string, LayerVariable>;
}

/**
 * Finds where a number that is not finite came from: the inputs, else the weights, else the gradients.
 *
 * @returns an error that names the first tensors that hold one
 */
export async function nonFiniteError(step: NonFiniteStep): Promise<TrainingError> {
  const { loss, model, data, passes, weights, gradients, where } = step;
  const what = `The loss became ${loss} at ${where}`;
  for (const posts of passes) {
    const inputs = await takeBatch(model, data, posts);
    const found = await describe(
      Object.fromEntries(inputs.map((tensor, at) => [model.inputNames[at] as string, tensor])),
    );
    tf.dispose(inputs);
    if (found)
      return new TrainingError(`${what}: input ${found}, among posts ${list(posts)}. Repair the data.`);
  }
  const remedy = 'Lower the learning rate, clip the gradients (clipNorm), or warm up';
  const inWeights = await describe(
    Object.fromEntries([...weights].map(([name, weight]) => [name, weight.read()])),
  );
  if (inWeights) return new TrainingError(`${what}: weight ${inWeights}. ${remedy}.`);
  const inGradients = await describe(gradients);
  if (inGradients) return new TrainingError(`${what}: gradient of ${inGradients}. ${remedy}.`);
  return new TrainingError(
    Number.isFinite(loss)
      ? `The gradients became so large that their norm is beyond float32 at ${where} (loss ${loss}). ${remedy}.`
      : `${what}, though inputs, weights and gradients are finite: the logits are beyond float32. ${remedy}.`,
  );
}

async function describe(tensors: tf.NamedTensorMap): Promise<string> {
  const found = await findNonFinite(tensors);
  return list(
    found.map(({ name, kind, count, size }) => `'${name}' holds ${kind} (${count} of ${size} numbers)`),
  );
}

function list(items: readonly (string | number)[]): string {
  return items.length > 3 ? `${items.slice(0, 3).join(', ')} and ${items.length - 3} more` : items.join(', ');
}
