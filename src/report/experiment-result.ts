import type { ClassCounts, SkippedPost } from '../data';
import type { EpochLog, Evaluation, TrainingRun } from '../training';

/** Everything a training run leaves behind: the content of `result.json`, plain data. */
export interface ExperimentResult {
  /** What was trained and measured on. */
  readonly dataset: {
    /** The directory or name of the data. */
    readonly name: string;
    /** `single`, `multiple` or `sample`. */
    readonly variant: string;
    /** How the text's and the image's label became one. */
    readonly labelRule: string;
    /** Of the text files. */
    readonly encoding: string;
    /** Posts of each split, by class. */
    readonly splits: {
      /** Posts learnt from. */
      readonly train: ClassCounts;
      /** Posts chosen by. */
      readonly validation: ClassCounts;
      /** Posts reported on; null when the split has none. */
      readonly test: ClassCounts | null;
    };
    /** Posts whose text and image contradict each other. */
    readonly dropped: number;
    /** Posts with missing, empty or unreadable files. */
    readonly skipped: readonly SkippedPost[];
  };
  /** Every option of the run, defaults included. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The TensorFlow.js backend that ran. */
  readonly backend: {
    /** Its name. */
    readonly backend: string;
    /** With what was passed over, and why. */
    readonly summary: string;
  };
  /** Figures of each epoch. */
  readonly epochs: readonly EpochLog[];
  /** The epoch whose weights were kept, from 1; 0 when none was finished. */
  readonly bestEpoch: number;
  /** What ended training. */
  readonly stoppedBy: TrainingRun['stoppedBy'];
  /** Scores on the validation part; null when no epoch was finished. */
  readonly validation: Evaluation | null;
  /** Null when the split has no test part. */
  readonly test: Evaluation | null;
  /** Measured on the test part, or on validation when there is none. */
  readonly baselines: {
    /** Always the most frequent training class. */
    readonly majority: Evaluation;
    /** A model that reads the text alone. */
    readonly textOnly?: Evaluation;
    /** A model that sees the image alone. */
    readonly imageOnly?: Evaluation;
  };
  /** Seconds of each stage. */
  readonly timing: Readonly<Record<string, number>>;
}

/** The splits that a data set has, in reading order. */
export function namedSplits({ splits }: ExperimentResult['dataset']): [name: string, counts: ClassCounts][] {
  return [
    ['train', splits.train],
    ['validation', splits.validation],
    ...(splits.test ? [['test', splits.test] as [string, ClassCounts]] : []),
  ];
}
