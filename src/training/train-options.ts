import type { LabelledExamples } from '../data';
import type { Monitor } from './monitor';
import type { Schedule } from './optimizers/learning-rate-schedule';
import type { ParameterGroupOptions, ParameterGroupsOptions } from './optimizers/parameter-groups';
import type { TrainingCallbacks } from './training-callbacks';

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
   * `class_weight`; or [classes] positive numbers.
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
