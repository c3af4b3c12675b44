import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../../data';
import { checkLogitsShape, classNamesOf } from '../evaluation/class-names';
import { takeBatch } from '../evaluation/predict-probabilities';
import { balancedClassWeights } from '../losses/class-weights';
import { classificationLoss, lossDenominator } from '../losses/classification-loss';
import { globalNorm } from '../optimizers/gradient-norms';
import { allLayers } from './model-layers';

/** What every step needs. */
interface StepContext {
  /** The model. */
  readonly model: LayersModel;
  /** The training posts. */
  readonly data: LabelledExamples;
  /** For each output of the model, what it is held against. */
  readonly objectives: readonly (Objective | undefined)[];
  /** Share of a label's weight that is spread over all classes. */
  readonly labelSmoothing: number;
  /** The focal loss's exponent. */
  readonly focalGamma: number;
}

/** The gradients of one optimizer step. */
interface StepGradients {
  /** Loss of all posts, regularisation included. */
  readonly loss: number;
  /** Euclidean norm of all gradients together. */
  readonly norm: number;
  /** By the weight's name; the caller disposes of them. */
  readonly gradients: tf.NamedTensorMap;
}

/**
 * Computes the gradients of one optimizer step, summed over its forward passes.
 *
 * Each pass's losses are divided by the class weights of the whole step, so the sum is the gradient of one large batch.
 *
 * @param passes posts of each forward pass
 * @param variables the weights that learn, by name
 * @param startPass called before each forward pass
 */
export async function stepGradients(
  context: StepContext,
  passes: readonly (readonly number[])[],
  variables: ReadonlyMap<string, tf.Variable>,
  startPass: (pass: number) => void,
): Promise<StepGradients> {
  const { model, data, objectives } = context;
  const denominators = objectives.map(
    (objective) => objective && lossDenominator(labelsAt(objective, passes.flat()), objective.classWeights),
  );
  const names = new Map([...variables].map(([name, variable]) => [variable.name, name]));
  let gradients: tf.NamedTensorMap = {};
  let loss: tf.Scalar | undefined;
  let figures: tf.Tensor | undefined;
  try {
    for (const [pass, indices] of passes.entries()) {
      const inputs = await takeBatch(model, data, indices);
      startPass(pass);
      const { value, grads } = passGradients(inputs, [...variables.values()], () => {
        const outputs = model.apply(inputs, { training: true }) as tf.Tensor2D | tf.Tensor2D[];
        const logits = Array.isArray(outputs) ? outputs : [outputs];
        return passLoss(context, logits, indices, denominators, passes.length);
      });
      const named = Object.fromEntries(
        Object.entries(grads).map(([variable, gradient]) => [names.get(variable) as string, gradient]),
      );
      gradients = pass === 0 ? named : added(gradients, named);
      loss = loss ? (replaced([loss, value], () => tf.add(loss as tf.Scalar, value)) as tf.Scalar) : value;
    }
    // One read for both, since reading waits for the backend.
    figures = tf.tidy(() => tf.stack([loss as tf.Scalar, globalNorm(Object.values(gradients))]));
    const [lossValue = Number.NaN, norm = Number.NaN] = await figures.data();
    return { loss: lossValue, norm, gradients };
  } catch (error) {
    tf.dispose(gradients);
    throw error;
  } finally {
    tf.dispose([figures, loss].filter((tensor) => tensor !== undefined));
  }
}

/** Loss and gradients of one forward pass, whose inputs are disposed of. */
function passGradients(inputs: tf.Tensor[], variables: tf.Variable[], forward: () => tf.Scalar) {
  try {
    return tf.tidy(() => tf.variableGrads(forward, variables));
  } catch (error) {
    // tfjs keeps what the backward pass would have read, and forgets it when the forward pass throws.
    for (const { saved } of tf.engine().state.activeTape ?? []) tf.dispose(saved ?? []);
    throw error;
  } finally {
    tf.dispose(inputs);
  }
}

function passLoss(
  { model, objectives, labelSmoothing, focalGamma }: StepContext,
  outputs: readonly tf.Tensor2D[],
  indices: readonly number[],
  denominators: readonly (number | undefined)[],
  passes: number,
): tf.Scalar {
  const losses = outputs.flatMap((logits, output) => {
    const objective = objectives[output];
    if (!objective) return [];
    const { weight, classWeights, classNames, output: name } = objective;
    checkLogitsShape('train', name, logits.shape, classNames);
    // A step of posts whose classes weigh nothing teaches this output nothing; the product keeps its place in the graph.
    if (denominators[output] === 0) return [tf.mul(tf.sum(logits), 0)];
    const loss = classificationLoss(logits, tf.tensor1d(labelsAt(objective, indices), 'int32'), {
      labelSmoothing,
      focalGamma,
      ...(classWeights && { classWeights }),
      denominator: denominators[output] as number,
    });
    return [weight === 1 ? loss : tf.mul(loss, weight)];
  });
  // Regularisers count once in a step, however many passes it has, and however often the model uses their layer.
  const penalties = [...new Set(allLayers(model).flatMap((layer) => layer.losses))]
    .map((penalty) => penalty())
    .map((penalty) => (passes === 1 ? penalty : tf.div(penalty, passes)));
  return tf.addN([...losses, ...penalties]) as tf.Scalar;
}

function labelsAt({ labels }: Objective, indices: readonly number[]): Int32Array {
  return Int32Array.from(indices, (index) => labels[index] as number);
}

function added(sums: tf.NamedTensorMap, terms: tf.NamedTensorMap): tf.NamedTensorMap {
  const names = new Set([...Object.keys(sums), ...Object.keys(terms)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const [sum, term] = [sums[name], terms[name]];
      return [
        name,
        sum && term ? replaced([sum, term], () => tf.add(sum, term)) : ((sum ?? term) as tf.Tensor),
      ];
    }),
  );
}

function replaced(old: tf.Tensor[], make: () => tf.Tensor): tf.Tensor {
  const result = make();
  tf.dispose(old);
  return result;
}

/** What one output of a model is held against. */
interface Objective {
  /** What messages call the output. */
  readonly output: string;
  /** What the class indices stand for. */
  readonly classNames: readonly string[];
  /** [posts] class indices */
  readonly labels: Int32Array;
  /** Weight of this loss in the sum of all. */
  readonly weight: number;
  /** [classes]; every class counts by its posts when absent */
  readonly classWeights: readonly number[] | undefined;
}

/** Options of the losses; see `TrainOptions`. */
interface ObjectiveOptions {
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
  data: LabelledExamples,
  { auxiliaryLosses, classWeights }: ObjectiveOptions,
): (Objective | undefined)[] {
  const { label, textLabel, imageLabel } = data.labels;
  const classNames = classNamesOf(data);
  const weightsFor = (labels: Int32Array) => {
    if (classWeights === 'none') return undefined;
    return classWeights === 'balanced' ? balancedClassWeights(labels, classNames.length) : classWeights;
  };
  const objective = (output: string, labels: Int32Array | undefined, weight: number) =>
    labels && weight > 0
      ? { output, classNames, labels, weight, classWeights: weightsFor(labels) }
      : undefined;
  return model.outputNames.map((outputName, index) => {
    // Whatever its name: it is the one that validation judges.
    if (index === 0) return objective("the model's first output", label, 1);
    const name = outputName.split('/').at(-1);
    if (name === 'textLogits') return objective(`output ${name}`, textLabel, auxiliaryLosses.textLabel);
    if (name === 'imageLogits') return objective(`output ${name}`, imageLabel, auxiliaryLosses.imageLabel);
    return undefined;
  });
}
