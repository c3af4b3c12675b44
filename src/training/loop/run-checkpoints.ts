import * as tf from '@tensorflow/tfjs-core';
import { OptionError } from '../../errors';
import type { CheckpointSettings } from '../checkpoints/checkpoint-options';
import { checkSameConfig } from '../checkpoints/diff-config';
import { openCheckpoints } from '../checkpoints/open-checkpoints';
import type { Evaluation } from '../evaluation/evaluate';
import type { OptimizerState } from '../optimizers/optimizer';
import type { EpochLog } from '../training-callbacks';
import type { WeightValues } from './model-weights';

/** All that a run needs to go on. */
export interface RunSnapshot {
  /** Where the run stands. */
  readonly state: RunState;
  /** The model's weights. */
  readonly weights: WeightValues;
  /** What the optimizer remembers. */
  readonly optimizer: OptimizerState;
  /** The weights of the best epoch; null before the first is finished. */
  readonly bestWeights: WeightValues | null;
}

/** The checkpoints of one run. */
export interface RunCheckpoints {
  /** What the run goes on from; null for a new one. */
  readonly resumed: RunSnapshot | null;
  /** Whether it is time for a checkpoint after a step. */
  isDue(globalStep: number): boolean;
  /** Writes a checkpoint; durable when resolved. */
  save(snapshot: RunSnapshot): Promise<void>;
  /** Lets go of the directory. */
  close(): Promise<void>;
}

/** Longest time of work that a kill may cost, in milliseconds, unless `everySteps` says otherwise. */
const INTERVAL = 10 * 60_000;
const [WEIGHT, OPTIMIZER] = ['weights/', 'optimizer/'];

/**
 * Opens a run's checkpoints, and reads the newest when the run is to go on.
 *
 * @throws {@link OptionError} when the directory holds checkpoints and `resume` is not set
 * @throws {@link TrainingError} when they are of another configuration, or all damaged
 */
export async function openRunCheckpoints(
  { directory, resume, everySteps, keep }: CheckpointSettings,
  config: Readonly<Record<string, unknown>>,
): Promise<RunCheckpoints> {
  const store = await openCheckpoints(directory, { keep });
  try {
    const resumed = await readNewest();
    let savedAt = performance.now();
    return {
      resumed,
      isDue: (globalStep) =>
        everySteps === undefined ? performance.now() - savedAt > INTERVAL : globalStep % everySteps === 0,
      async save({ state, weights, optimizer, bestWeights }) {
        await store.save({
          step: state.globalStep,
          config: config as never,
          state: { run: state, optimizerSteps: optimizer.steps, backend: tf.getBackend() } as never,
          tensors: { ...prefixed(WEIGHT, weights), ...prefixed(OPTIMIZER, optimizer.tensors) },
          ...(bestWeights &&
            state.best && { best: { id: `epoch-${state.best.epoch}`, tensors: bestWeights } }),
        });
        savedAt = performance.now();
      },
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }

  async function readNewest(): Promise<RunSnapshot | null> {
    const newest = await store.latest();
    if (newest === null) return null;
    if (!resume) {
      throw new OptionError(
        `checkpoints.directory: expected an empty or new directory, received ${directory}, which holds a run at step ` +
          `${newest.step}. Pass resume: true to go on with it, or delete the directory.`,
      );
    }
    for (const { file, reason } of newest.damaged)
      console.warn(`${file}: ${reason}. Going on from step ${newest.step}.`);
    checkSameConfig(newest.config, config as never);
    const { run, optimizerSteps, backend } = newest.state as never as {
      run: RunState;
      optimizerSteps: Record<string, number>;
      backend: string;
    };
    if (backend !== tf.getBackend()) {
      console.warn(
        `${directory}: this run began on ${backend} and goes on on ${tf.getBackend()}; its numbers will differ slightly ` +
          `from those of ${backend}.`,
      );
    }
    return {
      state: run,
      weights: unprefixed(WEIGHT, newest.tensors),
      optimizer: { steps: optimizerSteps, tensors: unprefixed(OPTIMIZER, newest.tensors) as never },
      bestWeights: newest.best?.tensors ?? null,
    };
  }
}

function prefixed<T>(prefix: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

function unprefixed<T>(prefix: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

/** Where a run stands, as plain JSON; with the weights and the optimizer's state it is all that a resume needs. */
export interface RunState {
  /** The epoch in work, from 1. */
  readonly epoch: number;
  /** Optimizer steps done in it. */
  readonly step: number;
  /** Optimizer steps done in the run. */
  readonly globalStep: number;
  /** Sum over the epoch's posts of their steps' losses. */
  readonly lossSum: number;
  /** Posts seen in the epoch. */
  readonly posts: number;
  /** Time spent in the epoch. */
  readonly seconds: number;
  /** Every finished epoch, in order. */
  readonly logs: readonly EpochLog[];
  /** The best epoch so far; null before the first is finished. */
  readonly best: {
    /** From 1. */
    readonly epoch: number;
    /** Its monitored figure. */
    readonly value: number;
    /** Its validation figures. */
    readonly evaluation: Evaluation;
  } | null;
}

/** Before the first step. */
export const FIRST_STATE: RunState = {
  epoch: 1,
  step: 0,
  globalStep: 0,
  lossSum: 0,
  posts: 0,
  seconds: 0,
  logs: [],
  best: null,
};
