import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js';
import type { LabelledExamples } from '../../data';
import { createRandom, deriveSeed } from '../../random';
import { classNamesOf } from '../evaluation/class-names';
import { evaluateProbabilities } from '../evaluation/evaluate';
import { predictProbabilities } from '../evaluation/predict-probabilities';
import { describeMonitor, monitoredValue } from '../monitor';
import { createAdam } from '../optimizers/adam';
import { clipFactor } from '../optimizers/gradient-norms';
import { learningRateAt } from '../optimizers/learning-rate-schedule';
import type { Optimizer } from '../optimizers/optimizer';
import { stepsPerEpoch } from '../resolve-train-options';
import type { TrainSettings } from '../train-options';
import type { EpochLog, StepLog } from '../training-callbacks';
import { maskSteps } from './mask-steps';
import {
  namedWeights,
  readWeights,
  type TrainedWeight,
  type WeightValues,
  writeWeights,
} from './model-weights';
import { checkFinite, nonFiniteError } from './non-finite-error';
import { FIRST_STATE, type RunSnapshot, type RunState } from './run-checkpoints';
import { objectivesOf, stepGradients } from './train-step';

/**
 * A run that goes step by step: what happens next follows from its state alone, so it can stop anywhere and go on.
 *
 * The order of an epoch's posts is a function of the seed and the epoch, the masks of dropout one of the layers' seeds and
 * the forward pass.
 */
export class TrainingLoop {
  /** Where the run stands. */
  state: RunState = FIRST_STATE;
  /** The weights of the best epoch; null before the first is finished. */
  bestWeights: WeightValues | null = null;
  /** Optimizer steps of an epoch. */
  readonly stepsPerEpoch: number;

  private readonly weights: ReadonlyMap<string, LayerVariable>;
  private readonly optimizer: Optimizer;
  private readonly objectives: ReturnType<typeof objectivesOf>;
  private readonly masks: ReturnType<typeof maskSteps>;
  private order: { readonly epoch: number; readonly posts: readonly number[] } | undefined;

  constructor(
    private readonly model: LayersModel,
    private readonly data: LabelledExamples,
    private readonly settings: TrainSettings,
    private readonly trained: readonly TrainedWeight[],
  ) {
    this.stepsPerEpoch = stepsPerEpoch(data.size, settings);
    this.weights = namedWeights(model);
    this.optimizer = createAdam({ decay: settings.optimizer === 'adamw' ? 'decoupled' : 'coupled' });
    this.objectives = objectivesOf(model, data, settings);
    this.masks = maskSteps(model, settings.seed);
  }

  /** What ended the run, if it is over. */
  get end(): 'epochs' | 'patience' | null {
    const { logs, best } = this.state;
    if (logs.length >= this.settings.epochs) return 'epochs';
    return best && logs.length - best.epoch >= this.settings.patience ? 'patience' : null;
  }

  /** Whether all steps of the epoch in work are done. */
  get isEpochDone(): boolean {
    return this.state.step === this.stepsPerEpoch;
  }

  /**
   * Takes one optimizer step.
   *
   * @throws {@link TrainingError} when the loss or a gradient is not finite; the weights stay those before the step
   */
  async step(): Promise<StepLog> {
    const started = performance.now();
    const { epoch, step, globalStep } = this.state;
    const { batchSize, accumulationSteps, clipNorm } = this.settings;
    const posts = this.epochOrder(epoch).slice(
      step * batchSize * accumulationSteps,
      (step + 1) * batchSize * accumulationSteps,
    );
    const passes: number[][] = [];
    for (let start = 0; start < posts.length; start += batchSize)
      passes.push(posts.slice(start, start + batchSize));

    const learning = this.trained.filter(({ trainFromEpoch }) => trainFromEpoch <= epoch);
    const variables = new Map(learning.map(({ name }) => [name, this.variable(name)]));
    const { loss, norm, gradients } = await stepGradients(
      { model: this.model, data: this.data, objectives: this.objectives, ...this.settings },
      passes,
      variables,
      (pass) => this.masks.start(globalStep * accumulationSteps + pass),
    );
    try {
      if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
        throw await nonFiniteError({
          loss,
          gradients,
          model: this.model,
          data: this.data,
          where: `epoch ${epoch}, step ${step + 1} of ${this.stepsPerEpoch}`,
          passes,
          weights: this.weights,
        });
      }
      const rate = learningRateAt(
        this.settings.schedule,
        globalStep,
        this.settings.epochs * this.stepsPerEpoch,
      );
      this.update(learning, gradients, rate, clipNorm === undefined ? 1 : clipFactor(norm, clipNorm));
      const seconds = (performance.now() - started) / 1000;
      const lossSum = this.state.lossSum + loss * posts.length;
      const seen = this.state.posts + posts.length;
      this.state = {
        ...this.state,
        step: step + 1,
        globalStep: globalStep + 1,
        lossSum,
        posts: seen,
        seconds: this.state.seconds + seconds,
      };
      return {
        epoch,
        step: step + 1,
        globalStep: globalStep + 1,
        loss,
        meanLoss: lossSum / seen,
        learningRates: this.learningRates(epoch, rate),
        gradientNorm: norm,
        posts: posts.length,
        seconds,
      };
    } finally {
      tf.dispose(gradients);
    }
  }

  /**
   * Measures the epoch whose steps are done, and begins the next.
   *
   * @param onValidation told how many validation posts are predicted
   * @throws the signal's reason when it aborts; {@link TrainingError} when logits are not finite
   */
  async endEpoch(
    onValidation: (done: number, total: number) => void | Promise<void>,
    signal?: AbortSignal,
  ): Promise<{ readonly log: EpochLog; readonly isBest: boolean }> {
    const started = performance.now();
    const { validation, monitor } = this.settings;
    const probabilities = await predictProbabilities(this.model, validation, {
      onProgress: ({ done }) => onValidation(done, validation.size),
      ...(signal && { signal }),
    });
    const { model, weights } = this;
    await checkFinite(probabilities, this.state.epoch, { model, weights, data: validation });
    const trueLabels = Array.from(validation.labels.label);
    const evaluation = evaluateProbabilities(trueLabels, probabilities, {
      classNames: classNamesOf(validation),
    });
    const value = monitoredValue(monitor, evaluation, trueLabels, probabilities);
    const { name, better } = describeMonitor(monitor);
    const { epoch, best, globalStep, lossSum, posts, seconds, logs } = this.state;
    const isBest = !best || (better === 'lower' ? value < best.value : value > best.value);
    if (isBest) this.bestWeights = await readWeights(this.weights);
    const log: EpochLog = {
      epoch,
      globalStep,
      loss: lossSum / posts,
      valLoss: evaluation.loss,
      valAccuracy: evaluation.accuracy,
      valMacroF1: evaluation.macroF1,
      ...(typeof monitor === 'object' || monitor === 'weightedF1' ? { monitored: { name, value } } : {}),
      seconds: seconds + (performance.now() - started) / 1000,
    };
    this.state = {
      ...FIRST_STATE,
      epoch: epoch + 1,
      globalStep,
      logs: [...logs, log],
      best: isBest ? { epoch, value, evaluation } : best,
    };
    return { log, isBest };
  }

  /** Copies all that is needed to go on from here. */
  async snapshot(): Promise<RunSnapshot> {
    const [weights, optimizer] = await Promise.all([readWeights(this.weights), this.optimizer.state()]);
    return { state: this.state, weights, optimizer, bestWeights: this.bestWeights };
  }

  /** Goes on from where a snapshot was taken. */
  restore({ state, weights, optimizer, bestWeights }: RunSnapshot): void {
    this.optimizer.restore(optimizer);
    writeWeights(this.weights, weights);
    this.state = state;
    this.bestWeights = bestWeights;
  }

  /** Gives the model the weights of its best epoch, if there is one. */
  restoreBest(): void {
    if (this.bestWeights) writeWeights(this.weights, this.bestWeights);
  }

  /** Layers of the model whose masks do not follow from a seed. */
  get unseedableLayers(): readonly string[] {
    return this.masks.unseedable;
  }

  /** Frees the optimizer's tensors. */
  dispose(): void {
    this.optimizer.dispose();
  }

  private update(
    learning: readonly TrainedWeight[],
    gradients: tf.NamedTensorMap,
    rate: number,
    factor: number,
  ): void {
    tf.tidy(() => {
      this.optimizer.update(
        learning.flatMap(({ name, learningRate, weightDecay }) => {
          const gradient = gradients[name];
          if (!gradient) return [];
          return [
            {
              name,
              variable: this.variable(name),
              gradient: factor === 1 ? gradient : tf.mul(gradient, factor),
              learningRate: learningRate * rate,
              weightDecay,
            },
          ];
        }),
      );
      for (const { name } of learning) {
        const weight = this.weights.get(name) as LayerVariable;
        // Only writing other values applies a constraint.
        if (weight.constraint) weight.write(tf.clone(weight.read()));
      }
    });
  }

  private variable(name: string): tf.Variable {
    return (this.weights.get(name) as LayerVariable).read() as tf.Variable;
  }

  private learningRates(epoch: number, rate: number): Record<string, number> {
    return Object.fromEntries(
      this.trained.map(({ group, learningRate, trainFromEpoch }) => [
        group,
        trainFromEpoch <= epoch ? learningRate * rate : 0,
      ]),
    );
  }

  private epochOrder(epoch: number): readonly number[] {
    if (this.order?.epoch !== epoch) {
      const posts = Array.from({ length: this.data.size }, (_, at) => at);
      this.order = { epoch, posts: createRandom(deriveSeed(this.settings.seed, epoch)).shuffle(posts) };
    }
    return this.order.posts;
  }
}
