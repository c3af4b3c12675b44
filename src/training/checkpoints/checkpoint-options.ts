import type { OptionTable, ResolvedOptions } from '../../options/option-table';
import { BOOLEAN, integerFrom, TEXT } from '../../options/rules';

/** Where and how often training saves what it needs to go on. */
export interface CheckpointOptions {
  /** Holds this run's checkpoints and nothing else; created when absent. */
  readonly directory: string;
  /**
   * Go on from the newest checkpoint of the directory, or begin when there is none. Without it a directory that holds
   * checkpoints is refused, so that none is lost.
   * @defaultValue false
   */
  readonly resume?: boolean;
  /**
   * Optimizer steps from one checkpoint to the next, besides the one after each epoch.
   * @defaultValue none, but one when the last is more than ten minutes old
   */
  readonly everySteps?: number;
  /**
   * Newest checkpoints kept, at least 2, so that a damaged one has another behind it.
   * @defaultValue 2
   */
  readonly keep?: number;
}

/** All options of checkpoints. */
export const CHECKPOINT_OPTIONS = {
  directory: { rule: { ...TEXT, expected: 'a path' } },
  resume: { default: false, rule: BOOLEAN },
  everySteps: { rule: integerFrom(1) },
  keep: { default: 2, rule: integerFrom(2) },
} as const satisfies OptionTable<CheckpointOptions>;

/** Where and how often a run is saved, with the defaults filled in. */
export type CheckpointSettings = ResolvedOptions<CheckpointOptions, typeof CHECKPOINT_OPTIONS>;
