import type { EpochLog } from './epoch-log';
import type { Evaluation } from './evaluate';

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
