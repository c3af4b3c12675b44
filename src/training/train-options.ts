import type { LabelledExamples } from '../data';
import { type Option, type OptionTable, type ResolvedOptions, resolveOptions } from '../options/option-table';
import { AT_LEAST_0, INTEGER, integerFrom, oneOf, POSITIVE, rule, SHARE_BELOW_1 } from '../options/rules';
import {
  CHECKPOINT_OPTIONS,
  type CheckpointOptions,
  type CheckpointSettings,
} from './checkpoints/checkpoint-options';
import { MONITOR_NAMES, type Monitor } from './monitor';
import { SCHEDULE_OPTIONS, type Schedule } from './optimizers/learning-rate-schedule';
import type { ParameterGroupOptions, ParameterGroupsOptions } from './optimizers/parameter-groups';
import type { TrainingCallbacks } from './training-callbacks';

/** Options of {@link train}. */
export interface TrainOptions {
  /** Measured after each epoch; decides which epoch was the best and when to stop. Has the class names of the training posts. */
  readonly validation: LabelledExamples;
  /**
   * Passes over the training posts, at most.
   * @defaultValue 20
   */
  readonly epochs?: number;
  /**
   * Posts in one forward pass.
   * @defaultValue 32
   */
  readonly batchSize?: number;
  /**
   * Forward passes whose gradients make one optimizer step: it then sees `batchSize * accumulationSteps` posts, with the
   * gradient that one large batch would give, in the memory of a small one.
   * @defaultValue 1
   */
  readonly accumulationSteps?: number;
  /**
   * `adamw` decays weights beside the gradient (Loshchilov and Hutter 2019), `adam` through it, as torch's classes of
   * these names do. Without decay they are the same.
   * @defaultValue 'adamw'
   */
  readonly optimizer?: 'adamw' | 'adam';
  /**
   * Learning rate of the weights that no parameter group gives another.
   * @defaultValue 0.001 (Kingma and Ba 2015, algorithm 1)
   */
  readonly learningRate?: number;
  /**
   * Share of a weight that a step takes away, times the learning rate; biases and normalisation weights (rank 0 and 1)
   * are spared, unless `noDecay` says otherwise.
   * @defaultValue 0
   */
  readonly weightDecay?: number;
  /**
   * Weights that never decay: patterns of their names, or a function of the weight.
   * @defaultValue those of rank 0 and 1 (Devlin et al. 2018, published code)
   */
  readonly noDecay?: NonNullable<ParameterGroupsOptions['noDecay']>;
  /**
   * Sets of weights with their own learning rate, decay or frozen epochs, such as an encoder at 2e-5 under a head at
   * 1e-3. A weight belongs to the first group that matches its name.
   * @defaultValue none
   */
  readonly parameterGroups?: readonly ParameterGroupOptions[];
  /**
   * How the learning rates rise and fall over the steps of all epochs.
   * @defaultValue { kind: 'constant' }
   */
  readonly schedule?: Schedule;
  /**
   * Largest Euclidean norm of all gradients together; longer ones are scaled down to it (Pascanu et al. 2013).
   * @defaultValue no limit
   */
  readonly clipNorm?: number;
  /**
   * Share of a label's weight that is spread over all classes, in [0, 1) (Szegedy et al. 2016, section 7).
   * @defaultValue 0
   */
  readonly labelSmoothing?: number;
  /**
   * Focus on posts that are still wrong: (1 - p)^gamma times the cross-entropy (Lin et al. 2017, section 3.2; they take 2).
   * @defaultValue 0, cross-entropy
   */
  readonly focalGamma?: number;
  /**
   * How much each class counts: `balanced` weighs it by posts / (classes * posts of the class), as scikit-learn's
   * `class_weight`; or [classes] numbers of at least 0, in the order of the class names, where 0 leaves a class out.
   * @defaultValue 'none'
   */
  readonly classWeights?: 'none' | 'balanced' | readonly number[];
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
   * The validation figure that decides the best epoch.
   * @defaultValue 'macroF1'
   */
  readonly monitor?: Monitor;
  /**
   * Stop after this many epochs without a better one; `Infinity` trains them all.
   * @defaultValue 5
   */
  readonly patience?: number;
  /**
   * Decides the order of the posts, and the masks of dropout layers that have no seed of their own.
   * @defaultValue 0
   */
  readonly seed?: number;
  /**
   * Saves the run, so that it can be stopped, or killed, and go on.
   * @defaultValue none are written
   */
  readonly checkpoints?: CheckpointOptions;
  /** Told what happens, in the order given: {@link progressBar}, {@link jsonlLog}, {@link tensorBoardLog}, or one's own. */
  readonly callbacks?: readonly TrainingCallbacks[];
  /**
   * Stops after the step in flight, with a checkpoint when there are any; what was learnt so far is kept. See
   * {@link interruptSignal}.
   */
  readonly signal?: AbortSignal;
}

const AUXILIARY_OPTIONS = {
  textLabel: { default: 0.5, rule: AT_LEAST_0 },
  imageLabel: { default: 0.5, rule: AT_LEAST_0 },
} as const satisfies OptionTable<NonNullable<TrainOptions['auxiliaryLosses']>>;

/** An option of training. */
interface TrainOption<Value = unknown> extends Option<Value> {
  /** Whether a resumed run must have the same: it is compared as plain JSON. What is compared otherwise stands in `runConfig`. */
  readonly isCompared: boolean | 'in runConfig';
}

/** A row for each. */
type TrainOptionTable = {
  readonly [Name in keyof TrainOptions]-?: TrainOption<TrainOptions[Name]>;
};

/**
 * A new option of training is a field of the type above and a row here: the check of names, its default and value, the
 * flag of command lines and what a resumed run compares follow.
 */
const TABLE = {
  validation: { isCompared: 'in runConfig' },
  epochs: {
    default: 20,
    rule: integerFrom(1),
    help: 'passes over the training posts, at most',
    isCompared: 'in runConfig',
  },
  batchSize: { default: 32, rule: integerFrom(1), help: 'posts in one forward pass', isCompared: true },
  accumulationSteps: {
    default: 1,
    rule: integerFrom(1),
    help: 'batches whose gradients make one step',
    flag: 'accumulate',
    isCompared: true,
  },
  optimizer: {
    default: 'adamw',
    rule: oneOf('adamw', 'adam'),
    help: 'decay beside the gradient (adamw) or through it (adam)',
    isCompared: true,
  },
  learningRate: { default: 0.001, rule: POSITIVE, help: 'learning rate, at its peak', isCompared: true },
  weightDecay: {
    default: 0,
    rule: AT_LEAST_0,
    help: 'decay of weight matrices; biases and norms are spared',
    isCompared: true,
  },
  noDecay: { isCompared: 'in runConfig' },
  parameterGroups: { isCompared: 'in runConfig' },
  schedule: { default: { kind: 'constant' }, table: SCHEDULE_OPTIONS, isCompared: true },
  clipNorm: {
    rule: POSITIVE,
    help: 'largest norm of all gradients together (default: no limit)',
    isCompared: true,
  },
  labelSmoothing: {
    default: 0,
    rule: SHARE_BELOW_1,
    help: "share of a label's weight spread over all classes",
    isCompared: true,
  },
  focalGamma: {
    default: 0,
    rule: AT_LEAST_0,
    help: 'focus on posts that are still wrong; 2 is usual',
    isCompared: true,
  },
  classWeights: {
    default: 'none',
    rule: rule(
      `'none', 'balanced' or a positive number for each class (0 leaves a class out)`,
      (weights) =>
        weights === 'none' ||
        weights === 'balanced' ||
        (Array.isArray(weights) && weights.every(AT_LEAST_0.accepts) && weights.some(POSITIVE.accepts)),
      ['none', 'balanced'],
    ),
    help: 'weights of the classes in the loss',
    isCompared: true,
  },
  auxiliaryLosses: { default: {}, table: AUXILIARY_OPTIONS, isCompared: true },
  monitor: {
    default: 'macroF1',
    rule: rule('a figure or a metric', () => true, MONITOR_NAMES),
    help: 'validation figure that decides the best epoch',
    isCompared: 'in runConfig',
  },
  patience: {
    default: 5,
    rule: { ...integerFrom(1), accepts: (value) => value === Infinity || integerFrom(1).accepts(value) },
    help: 'stop after so many epochs without a better one',
    isCompared: false,
  },
  seed: { default: 0, rule: INTEGER, isCompared: true },
  checkpoints: { table: CHECKPOINT_OPTIONS, isCompared: false },
  callbacks: {
    default: [],
    rule: rule(
      'a list of objects with functions',
      (value) => Array.isArray(value) && value.every((one) => typeof one === 'object' && one),
    ),
    isCompared: false,
  },
  signal: {
    rule: rule('an AbortSignal', (value) => value instanceof AbortSignal),
    isCompared: false,
  },
} as const satisfies TrainOptionTable;

/** All options of {@link train}: their names, defaults and checks, and the flags of command lines (`addFlags`). */
export const TRAIN_OPTIONS: OptionTable<TrainOptions> = TABLE as TrainOptionTable;

/** Options with their defaults filled in; those without one stay as given. */
export type TrainSettings = ResolvedOptions<TrainOptions, typeof TABLE> & {
  readonly auxiliaryLosses: { readonly textLabel: number; readonly imageLabel: number };
  readonly checkpoints?: CheckpointSettings;
};

/**
 * Fills in the defaults, and checks what can be checked of each option alone.
 *
 * @throws {@link OptionError} names the option, what it may be and what was received
 */
export function withDefaults(options: TrainOptions): TrainSettings {
  return resolveOptions('train', options, TABLE) as TrainSettings;
}

/** The options that a resumed run must have the same, as plain JSON; null stands for one that is not given. */
export function comparedOptions(settings: TrainSettings): Record<string, unknown> {
  const names = Object.keys(TABLE) as (keyof TrainOptions)[];
  return Object.fromEntries(
    names.flatMap((name) => (TABLE[name].isCompared === true ? [[name, settings[name] ?? null]] : [])),
  );
}
