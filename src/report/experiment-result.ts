import type { EpochLog, Evaluation, TrainingRun } from '../training';
import type { SentimentLabel } from '../types';

/** Posts of one split, by class. */
export type ClassCounts = Readonly<Record<SentimentLabel, number>>;

/** Everything a training run leaves behind: the content of `result.json`, plain data. */
export interface ExperimentResult {
  readonly dataset: {
    /** The directory or name of the data. */
    readonly name: string;
    readonly variant: string;
    /** How the text's and the image's label became one. */
    readonly labelRule: string;
    readonly encoding: string;
    readonly splits: {
      readonly train: ClassCounts;
      readonly validation: ClassCounts;
      readonly test: ClassCounts | null;
    };
    /** Posts whose text and image contradict each other. */
    readonly dropped: number;
    /** Posts with missing, empty or unreadable files. */
    readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  };
  /** Every option of the run, defaults included. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly backend: { readonly backend: string; readonly summary: string };
  readonly epochs: readonly EpochLog[];
  readonly bestEpoch: number;
  readonly stoppedBy: TrainingRun['stoppedBy'];
  readonly validation: Evaluation | null;
  /** Null when the split has no test part. */
  readonly test: Evaluation | null;
  /** Measured on the test part, or on validation when there is none. */
  readonly baselines: {
    readonly majority: Evaluation;
    readonly textOnly?: Evaluation;
    readonly imageOnly?: Evaluation;
  };
  /** Seconds of each stage. */
  readonly timing: Readonly<Record<string, number>>;
}
