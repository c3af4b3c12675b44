import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js';
import type { LabelledExamples } from '../../data';
import { TrainingError } from '../../errors';
import { takeBatch } from '../evaluation/predict-probabilities';
import { findNonFinite } from '../optimizers/gradient-norms';

/** What numbers that are not finite may come from. */
interface NonFiniteSources {
  /** The model. */
  readonly model: LayersModel;
  /** The posts. */
  readonly data: LabelledExamples;
  /** Those of each forward pass. */
  readonly passes: readonly (readonly number[])[];
  /** The model's weights, by name. */
  readonly weights: ReadonlyMap<string, LayerVariable>;
}

/** A step whose loss or gradients are not finite. */
interface NonFiniteStep extends NonFiniteSources {
  /** Its loss. */
  readonly loss: number;
  /** Its gradients, by the weight's name. */
  readonly gradients: tf.NamedTensorMap;
  /** Epoch and step, for the message. */
  readonly where: string;
}

const REMEDY = 'Lower the learning rate, clip the gradients (clipNorm), or warm up.';

/**
 * Finds where a number that is not finite came from: the inputs, else the weights, else the gradients.
 *
 * @returns an error that names the first tensors that hold one
 */
export async function nonFiniteError(step: NonFiniteStep): Promise<TrainingError> {
  const { loss, gradients, where } = step;
  const what = `The loss became ${loss} at ${where}`;
  const source = await findSource(step);
  if (source) return new TrainingError(`${what}: ${source}`);
  const inGradients = await describe(gradients);
  if (inGradients) return new TrainingError(`${what}: gradient of ${inGradients}. ${REMEDY}`);
  return new TrainingError(
    Number.isFinite(loss)
      ? `The gradients became so large that their norm is beyond float32 at ${where} (loss ${loss}). ${REMEDY}`
      : `${what}, though inputs, weights and gradients are finite: the logits are beyond float32. ${REMEDY}`,
  );
}

/**
 * Refuses validation probabilities that are not finite; see {@link nonFiniteError}.
 *
 * @param probabilities [posts][classes]
 * @throws {@link TrainingError} naming the epoch and the first tensors that hold such a number
 */
export async function checkFinite(
  probabilities: readonly (readonly number[])[],
  epoch: number,
  sources: Omit<NonFiniteSources, 'passes'>,
): Promise<void> {
  const post = probabilities.findIndex((row) => !row.every(Number.isFinite));
  if (post < 0) return;
  const source = await findSource({ ...sources, passes: [[post]] });
  throw new TrainingError(
    `The logits of validation post ${post} became NaN or infinite after epoch ${epoch}: ` +
      (source || `though inputs and weights are finite, they are beyond float32. ${REMEDY}`),
  );
}

/** Where the first numbers that are not finite stand, and what to do; empty when inputs and weights are finite. */
async function findSource({ model, data, passes, weights }: NonFiniteSources): Promise<string> {
  for (const posts of passes) {
    const inputs = await takeBatch(model, data, posts);
    const named = Object.fromEntries(inputs.map((tensor, at) => [model.inputNames[at] as string, tensor]));
    const found = await describe(named);
    const culprits = found ? await postsOf(inputs, posts) : [];
    tf.dispose(inputs);
    if (found) return `input ${found}, in posts ${list(culprits)}. Repair the data.`;
  }
  const inWeights = await describe(
    Object.fromEntries([...weights].map(([name, weight]) => [name, weight.read()])),
  );
  return inWeights && `weight ${inWeights}. ${REMEDY}`;
}

/** The posts whose rows hold such numbers. */
async function postsOf(inputs: readonly tf.Tensor[], posts: readonly number[]): Promise<number[]> {
  const rows = await Promise.all(
    inputs.map(async (tensor) => {
      const values = await tensor.data();
      const width = values.length / posts.length;
      return posts.map((_, row) => values.subarray(row * width, (row + 1) * width).every(Number.isFinite));
    }),
  );
  return posts.filter((_, row) => rows.some((areFinite) => !areFinite[row]));
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
