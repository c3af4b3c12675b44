import { nextFrame } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../data';
import { classNamesOf, listClasses } from './evaluation/class-names';
import type { Evaluation } from './evaluation/evaluate';
import { functionalModel } from './loop/model-layers';
import { trainedWeights } from './loop/model-weights';
import { openRunCheckpoints, type RunCheckpoints } from './loop/run-checkpoints';
import { runConfig } from './loop/run-config';
import { TrainingLoop } from './loop/training-loop';
import { countClasses } from './losses/class-weights';
import { checkModel, resolveTrainOptions } from './resolve-train-options';
import type { TrainOptions, TrainSettings } from './train-options';
import type { EpochLog, TrainingCallbacks } from './training-callbacks';

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

/**
 * Trains a classifier, and leaves it with the weights of its best epoch.
 *
 * The same seed, data and options give the same weights, bit for bit, on the same backend (on `tfjs-node` with the
 * settings that docs/backends.md names), also when the run was interrupted, or killed, and resumed from its checkpoints.
 *
 * @param model a model with an output `logits` [batch, classes], and optionally `textLogits` and `imageLogits` of the same shape
 * @param data the training posts; their `classNames` say how many classes there are, two or more
 * @throws {@link TrainingError} when loss, gradients or validation logits are not finite: names epoch, step and tensor; the
 * model then holds the weights of the best epoch before, and the checkpoints stay
 * @throws {@link TrainingError} when a run is resumed with another configuration: names every difference
 * @throws {@link OptionError} when an option is unknown or out of range, when `checkpoints.directory` holds a run that is not
 * to be resumed, when a set of posts is empty or no `LabelledExamples`, such as the batches of `mvsaBatches`: those are
 * for tfjs' own `fitDataset`, and when model, class weights or validation posts are of other classes than the training posts
 * @example
 * ```ts
 * import type { LayersModel } from '@tensorflow/tfjs-layers';
 * import type { LabelledExamples } from 'mvsa-fusion/data';
 * import { interruptSignal, jsonlLog, progressBar, train } from 'mvsa-fusion/training';
 *
 * async function fineTune(model: LayersModel, posts: LabelledExamples, validation: LabelledExamples) {
 *   return train(model, posts, {
 *     validation,
 *     epochs: 10,
 *     weightDecay: 0.01,
 *     parameterGroups: [{ name: 'encoder', match: 'text_encoder/', learningRate: 2e-5, trainFromEpoch: 2 }],
 *     schedule: { kind: 'cosine', warmupShare: 0.1 },
 *     clipNorm: 1,
 *     checkpoints: { directory: './runs/first/checkpoints', resume: true },
 *     callbacks: [progressBar(), jsonlLog('./runs/first/log.jsonl')],
 *     signal: interruptSignal(),
 *   });
 * }
 * ```
 * @see Kingma and Ba 2015, "Adam"; Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization"
 */
export async function train(
  model: LayersModel,
  data: LabelledExamples,
  options: TrainOptions,
): Promise<TrainingRun> {
  const settings = resolveTrainOptions(data, options);
  const graph = functionalModel(model);
  checkModel(graph, data, settings);
  const trained = trainedWeights(graph, settings);
  const config = runConfig(graph, data, settings, trained);
  const loop = new TrainingLoop(graph, data, settings, trained);
  const checkpoints = settings.checkpoints && (await openRunCheckpoints(settings.checkpoints, config));
  let stoppedBy: TrainingRun['stoppedBy'] | 'error' = 'error';
  try {
    warnOfUnseedable(loop.unseedableLayers);
    warnOfAbsentClasses(data, settings);
    if (checkpoints?.resumed) loop.restore(checkpoints.resumed);
    await tell(settings.callbacks, ({ onTrainBegin }) =>
      onTrainBegin?.({
        epochs: settings.epochs,
        stepsPerEpoch: loop.stepsPerEpoch,
        posts: data.size,
        resumedStep: loop.state.globalStep,
        config,
      }),
    );
    stoppedBy = await run(loop, settings, checkpoints);
    const { logs, best } = loop.state;
    return { epochs: logs, bestEpoch: best?.epoch ?? 0, validation: best?.evaluation ?? null, stoppedBy };
  } finally {
    loop.restoreBest();
    loop.dispose();
    await checkpoints?.close();
    const bestEpoch = loop.state.best?.epoch ?? 0;
    const ended = tellAll(settings.callbacks, ({ onTrainEnd }) => onTrainEnd?.({ stoppedBy, bestEpoch }));
    // What ended training matters more than what a log says of its end.
    await (stoppedBy === 'error' ? ended.catch(() => {}) : ended);
  }
}

/** Steps and epochs until the run is over, or the signal aborts. */
async function run(
  loop: TrainingLoop,
  settings: TrainSettings,
  checkpoints: RunCheckpoints | undefined,
): Promise<TrainingRun['stoppedBy']> {
  const { callbacks, signal } = settings;
  const stop = async (): Promise<'signal'> => {
    await checkpoints?.save(await loop.snapshot());
    return 'signal';
  };
  while (loop.end === null) {
    if (signal?.aborted) return stop();
    if (!loop.isEpochDone) {
      const log = await loop.step();
      await tell(callbacks, ({ onStepEnd }) => onStepEnd?.(log));
      if (checkpoints?.isDue(log.globalStep)) await checkpoints.save(await loop.snapshot());
      // Lets timers and signals in: on most backends a step blocks.
      await nextFrame();
      continue;
    }
    const { epoch } = loop.state;
    const ended = await loop
      .endEpoch(
        (done, total) => tell(callbacks, ({ onValidation }) => onValidation?.({ epoch, done, total })),
        signal,
      )
      .catch((error: unknown) => {
        // Another error that comes along with an interruption stays one.
        if (signal?.aborted && error === signal.reason) return null;
        throw error;
      });
    if (ended === null) return stop();
    await tell(callbacks, ({ onEpochEnd }) => onEpochEnd?.(ended.log, ended.isBest));
    await checkpoints?.save(await loop.snapshot());
  }
  return loop.end;
}

async function tell(
  callbacks: readonly TrainingCallbacks[],
  call: (callback: TrainingCallbacks) => void | Promise<void> | undefined,
): Promise<void> {
  for (const callback of callbacks) await call(callback);
}

/** Tells every callback, whatever others throw, so that each can close its files; the first error is thrown at the end. */
async function tellAll(...[callbacks, call]: Parameters<typeof tell>): Promise<void> {
  const errors: unknown[] = [];
  for (const callback of callbacks) await tell([callback], call).catch((error) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

function warnOfUnseedable(names: readonly string[]): void {
  if (names.length === 0) return;
  console.warn(
    `train: the masks of ${names.join(', ')} do not follow from a seed, so this run cannot be repeated or resumed bit for ` +
      "bit. Use seededDropout of mvsa-fusion/layers in place of tfjs' dropout.",
  );
}

/** A class of weight 0 is left out on purpose. */
function warnOfAbsentClasses(data: LabelledExamples, { classWeights }: TrainSettings): void {
  const classNames = classNamesOf(data);
  const counts = countClasses('train', data.labels.label, classNames.length);
  const absent = classNames.filter(
    (_, index) => counts[index] === 0 && (typeof classWeights === 'string' || classWeights[index] !== 0),
  );
  if (absent.length === 0) return;
  console.warn(`train: no training post is of class ${listClasses(absent)}, so the model cannot learn it.`);
}
