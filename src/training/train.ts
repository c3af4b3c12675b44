import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExampleLabels, LabelledExamples } from '../data';
import { OptionError, TrainingError } from '../errors';
import { createRandom, deriveSeed } from '../random';
import { balancedClassWeights } from './balanced-class-weights';
import { checkExamples } from './check-examples';
import { type Evaluation, evaluate } from './evaluate';
import { takeBatch } from './predict-probabilities';
import { softmaxCrossEntropy } from './softmax-cross-entropy';

/** What decides which epoch was the best; a loss is better when lower. */
export type Monitor = 'macroF1' | 'accuracy' | 'loss';

/** Where training stands, after each step. */
export interface TrainingProgress {
  /** From 1. */
  readonly epoch: number;
  /** Epochs in all, at most. */
  readonly epochs: number;
  /** From 1, within the epoch. */
  readonly step: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Mean training loss of the epoch so far. */
  readonly loss: number;
}

/** One epoch's figures. */
export interface EpochLog {
  /** From 1. */
  readonly epoch: number;
  /** Mean training loss, auxiliary losses included. */
  readonly loss: number;
  /** Cross-entropy on the validation posts, in nats. */
  readonly valLoss: number;
  /** Accuracy on the validation posts, in [0, 1]. */
  readonly valAccuracy: number;
  /** Macro-F1 on the validation posts, in [0, 1]. */
  readonly valMacroF1: number;
  /** Duration, validation included. */
  readonly seconds: number;
}

/** Options of {@link train}. */
export interface TrainOptions {
  /** Measured after each epoch; decides which epoch was the best and when to stop. */
  readonly validation: LabelledExamples;
  /**
   * Passes over the training posts, at most.
   * @defaultValue 20
   */
  readonly epochs?: number;
  /**
   * Posts in one step.
   * @defaultValue 32
   */
  readonly batchSize?: number;
  /**
   * Adam's learning rate.
   * @defaultValue 0.001 (Kingma and Ba 2015, algorithm 1)
   */
  readonly learningRate?: number;
  /**
   * The validation figure that decides the best epoch.
   * @defaultValue 'macroF1'
   */
  readonly monitor?: Monitor;
  /**
   * Stop after this many epochs without a better one.
   * @defaultValue 5
   */
  readonly patience?: number;
  /**
   * Weights of the losses on the text's and the image's own label, for models with such outputs.
   * @defaultValue 0.5 each
   */
  readonly auxiliaryLosses?: {
    /** Weight of the text's loss, at least 0. */
    readonly textLabel?: number;
    /** Weight of the image's loss, at least 0. */
    readonly imageLabel?: number;
  };
  /**
   * `balanced` weighs each class by posts / (classes * posts of the class), as scikit-learn's `class_weight`.
   * @defaultValue 'none'
   */
  readonly classWeights?: 'none' | 'balanced';
  /**
   * Decides the order of the posts.
   * @defaultValue 0
   */
  readonly seed?: number;
  /** Stops after the step in flight; what was learnt so far is kept. */
  readonly signal?: AbortSignal;
  /** Called after each step. */
  readonly onStep?: (progress: TrainingProgress) => void;
  /** Called after each epoch. */
  readonly onEpoch?: (log: EpochLog, isBest: boolean) => void;
}

/** What {@link train} did. */
export interface TrainingRun {
  /** Every finished epoch, in order. */
  readonly epochs: readonly EpochLog[];
  /** The epoch whose weights the model holds now, from 1; 0 when none was finished. */
  readonly bestEpoch: number;
  /** The validation figures of that epoch; null when none was finished. */
  readonly validation: Evaluation | null;
  /** What ended training: all epochs done, no better epoch for `patience`, or the signal. */
  readonly stoppedBy: 'epochs' | 'patience' | 'signal';
}

interface Objective {
  readonly labels: Int32Array;
  readonly weight: number;
  readonly classWeights: tf.Tensor1D | undefined;
}

/**
 * Trains a classifier with Adam and cross-entropy, and leaves it with the weights of its best epoch.
 *
 * The order of posts follows from `seed`, the masks of dropout from the seeds of the model's layers: the same seeds
 * on the same backend give the same weights.
 *
 * @param model a model with an output `logits` [batch, 3], and optionally `textLogits` and `imageLogits`
 * @param data the training posts
 * @throws {@link TrainingError} when the loss is not finite: names epoch and step; the model then holds the weights of
 * the best epoch before.
 * @throws {@link OptionError} when an option is out of range, or a set of posts is empty or no `LabelledExamples`, such as the
 * batches of `mvsaBatches`: those are for tfjs' own `fitDataset`.
 * @see Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization"
 */
export async function train(
  model: LayersModel,
  data: LabelledExamples,
  options: TrainOptions,
): Promise<TrainingRun> {
  const {
    validation,
    epochs = 20,
    batchSize = 32,
    learningRate = 0.001,
    monitor = 'macroF1',
    patience = 5,
  } = options;
  const { seed = 0, signal, onStep, onEpoch } = options;
  checkExamples('data', data);
  checkExamples('validation', validation);
  checkRange('epochs', epochs, 1);
  checkRange('batchSize', batchSize, 1);
  checkRange('patience', patience, 1);
  checkRange('training posts', data.size, 1);
  checkRange('validation posts', validation.size, 1);
  if (!(learningRate > 0))
    throw new OptionError(`train: expected a positive learningRate, received ${learningRate}.`);

  const objectives = objectivesOf(model, data.labels, options);
  const optimizer = tf.train.adam(learningRate);
  const steps = Math.ceil(data.size / batchSize);
  const logs: EpochLog[] = [];
  let best: { epoch: number; evaluation: Evaluation; weights: tf.Tensor[] } | undefined;
  let stoppedBy: TrainingRun['stoppedBy'] = 'epochs';

  try {
    for (let epoch = 1; epoch <= epochs && stoppedBy === 'epochs'; epoch++) {
      const started = performance.now();
      const order = createRandom(deriveSeed(seed, epoch)).shuffle(
        Array.from({ length: data.size }, (_, at) => at),
      );
      let lossSum = 0;
      for (let step = 1; step <= steps; step++) {
        const indices = order.slice((step - 1) * batchSize, step * batchSize);
        const loss = await trainStep(model, data, indices, objectives, optimizer);
        if (!Number.isFinite(loss)) {
          throw new TrainingError(
            `The loss became ${loss} at epoch ${epoch}, step ${step} of ${steps}. The model holds ` +
              `${best ? `the weights of epoch ${best.epoch}` : 'no finished epoch'}. Lower the learning rate (now ` +
              `${learningRate}) and check the inputs for values that are not finite.`,
          );
        }
        lossSum += loss * indices.length;
        onStep?.({ epoch, epochs, step, steps, loss: lossSum / Math.min(step * batchSize, data.size) });
        await tf.nextFrame();
        if (signal?.aborted) {
          stoppedBy = 'signal';
          break;
        }
      }
      // A part of an epoch is no epoch: after a signal, the weights of the best whole one are restored, if any.
      if (stoppedBy === 'signal' && best) break;
      const evaluation = await evaluate(model, validation);
      const log: EpochLog = {
        epoch,
        loss: lossSum / data.size,
        valLoss: evaluation.loss,
        valAccuracy: evaluation.accuracy,
        valMacroF1: evaluation.macroF1,
        seconds: (performance.now() - started) / 1000,
      };
      logs.push(log);
      const isBest = !best || isBetter(evaluation, best.evaluation, monitor);
      if (isBest) {
        tf.dispose(best?.weights);
        best = { epoch, evaluation, weights: model.weights.map((weight) => tf.clone(weight.read())) };
      }
      onEpoch?.(log, isBest);
      if (best && epoch - best.epoch >= patience) stoppedBy = 'patience';
    }
  } finally {
    if (best) model.setWeights(best.weights);
    tf.dispose(best?.weights);
    for (const objective of objectives) objective?.classWeights?.dispose();
    optimizer.dispose();
  }
  return { epochs: logs, bestEpoch: best?.epoch ?? 0, validation: best?.evaluation ?? null, stoppedBy };
}

async function trainStep(
  model: LayersModel,
  data: LabelledExamples,
  indices: readonly number[],
  objectives: readonly (Objective | undefined)[],
  optimizer: tf.Optimizer,
): Promise<number> {
  const inputs = await takeBatch(model, data, indices);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const loss = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => {
      const outputs = model.apply(inputs, { training: true }) as tf.Tensor2D | tf.Tensor2D[];
      const losses = (Array.isArray(outputs) ? outputs : [outputs]).flatMap((logits, output) => {
        const objective = objectives[output];
        if (!objective) return [];
        const labels = tf.tensor1d(Int32Array.from(indices, (index) => objective.labels[index] as number));
        return [tf.mul(softmaxCrossEntropy(logits, labels, objective.classWeights), objective.weight)];
      });
      return tf.addN(losses) as tf.Scalar;
    }, variables);
    optimizer.applyGradients(grads as never);
    return value;
  });
  const [value = Number.NaN] = await loss.data();
  tf.dispose([loss, ...inputs]);
  return value;
}

/** For each output of the model, the labels it is held against; an output without labels or weight is left alone. */
function objectivesOf(
  model: LayersModel,
  labels: ExampleLabels,
  options: TrainOptions,
): (Objective | undefined)[] {
  const { auxiliaryLosses = {}, classWeights = 'none' } = options;
  const objective = (values: Int32Array | undefined, weight: number): Objective | undefined =>
    values && weight > 0
      ? {
          labels: values,
          weight,
          classWeights: classWeights === 'balanced' ? balancedClassWeights(values) : undefined,
        }
      : undefined;
  return model.outputNames.map((outputName, index) => {
    const name = outputName.split('/').at(-1);
    if (name === 'textLogits') return objective(labels.textLabel, auxiliaryLosses.textLabel ?? 0.5);
    if (name === 'imageLogits') return objective(labels.imageLabel, auxiliaryLosses.imageLabel ?? 0.5);
    return index === 0 ? objective(labels.label, 1) : undefined;
  });
}

function isBetter(candidate: Evaluation, best: Evaluation, monitor: Monitor): boolean {
  return monitor === 'loss' ? candidate.loss < best.loss : candidate[monitor] > best[monitor];
}

function checkRange(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new OptionError(
      `train: expected ${name} to be an integer of at least ${least}, received ${value}.`,
    );
  }
}
