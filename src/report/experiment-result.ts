import type { SkippedPost } from '../data';
import type { EpochLog, Evaluation, TrainingRun } from '../training';
import { SENTIMENT_LABELS } from '../types';

/** Posts of each class, by its name. */
export type PostsByClass = Readonly<Record<string, number>>;

/** Everything a training run leaves behind: the content of `result.json`, plain data. */
export interface ExperimentResult {
  /**
   * The classes, in the order of all matrices, tables and charts.
   * @defaultValue positive, neutral, negative
   */
  readonly classNames?: readonly string[];
  /** What was trained and measured on. */
  readonly dataset: {
    /** The directory or name of the data. */
    readonly name: string;
    /** Of MVSA: `single`, `multiple` or `sample`. */
    readonly variant?: string;
    /** How the text's and the image's label became one, where they did. */
    readonly labelRule?: string;
    /** Of the text files, where there are such. */
    readonly encoding?: string;
    /** Posts of each split, by class. */
    readonly splits: {
      /** Posts learnt from. */
      readonly train: PostsByClass;
      /** Posts chosen by. */
      readonly validation: PostsByClass;
      /** Posts reported on; null when the split has none. */
      readonly test: PostsByClass | null;
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
export function namedSplits({ splits }: ExperimentResult['dataset']): [name: string, counts: PostsByClass][] {
  return [
    ['train', splits.train],
    ['validation', splits.validation],
    ...(splits.test ? [['test', splits.test] as [string, PostsByClass]] : []),
  ];
}

/** The classes of a result; those of MVSA where it names none. */
export function classNamesOfResult({ classNames }: Pick<ExperimentResult, 'classNames'>): readonly string[] {
  return classNames ?? SENTIMENT_LABELS;
}

/** Posts of one class, 0 where it is not counted. A class may be called `constructor`, which every object seems to have. */
export function postsOf(counts: PostsByClass, className: string): number {
  return Object.hasOwn(counts, className) ? (counts[className] as number) : 0;
}

/** Posts of all classes. */
export function postsInAll(counts: PostsByClass, classNames: readonly string[]): number {
  return classNames.reduce((sum, name) => sum + postsOf(counts, name), 0);
}

/** Up to so many classes stand side by side on a page, and as parts of one bar; more stand below each other. */
export const FEW_CLASSES = 5;
