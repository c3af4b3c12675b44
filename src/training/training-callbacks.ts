/** What a run is, told before its first step. */
export interface TrainingStart {
  /** Epochs in all, at most. */
  readonly epochs: number;
  /** Optimizer steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** Posts of an epoch. */
  readonly posts: number;
  /** Optimizer steps that a checkpoint brought along; 0 for a new run. Logs drop what they hold after it. */
  readonly resumedStep: number;
  /** What decides the run's numbers, as plain JSON: options, data and model. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Where training stands, after each optimizer step. */
export interface StepLog {
  /** From 1. */
  readonly epoch: number;
  /** From 1, within the epoch. */
  readonly step: number;
  /** From 1, within the run. */
  readonly globalStep: number;
  /** Loss of this step's posts, in nats, auxiliary losses included. */
  readonly loss: number;
  /** Mean loss of the epoch so far. */
  readonly meanLoss: number;
  /** Learning rate of each parameter group in this step, by the group's name; 0 for a frozen one. */
  readonly learningRates: Readonly<Record<string, number>>;
  /** Euclidean norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** Posts in this step. */
  readonly posts: number;
  /** Duration in seconds. */
  readonly seconds: number;
}

/** How validation stands, while it runs. */
export interface ValidationProgress {
  /** From 1. */
  readonly epoch: number;
  /** Posts predicted. */
  readonly done: number;
  /** Posts to predict. */
  readonly total: number;
}

/** What a run came to, told once, however it ended. */
export interface TrainingEnd {
  /** What ended training; `error` when it threw. */
  readonly stoppedBy: 'epochs' | 'patience' | 'signal' | 'error';
  /** The epoch whose weights the model holds now, from 1; 0 when none was finished. */
  readonly bestEpoch: number;
}

/**
 * Functions that {@link train} calls as it goes; all may be absent, and may return a promise, which is awaited.
 *
 * What they throw ends training as any error does.
 */
export interface TrainingCallbacks {
  /** Before the first step. */
  onTrainBegin?(start: TrainingStart): void | Promise<void>;
  /** After each optimizer step. */
  onStepEnd?(log: StepLog): void | Promise<void>;
  /** After each batch of validation posts. */
  onValidation?(progress: ValidationProgress): void | Promise<void>;
  /** After each epoch, with its validation figures. */
  onEpochEnd?(log: EpochLog, isBest: boolean): void | Promise<void>;
  /** After the last step, also when training failed. */
  onTrainEnd?(end: TrainingEnd): void | Promise<void>;
}

/** One epoch's figures. */
export interface EpochLog {
  /** From 1. */
  readonly epoch: number;
  /** Optimizer steps of the run until the epoch's end. */
  readonly globalStep: number;
  /** Mean training loss, auxiliary losses included. */
  readonly loss: number;
  /** Cross-entropy on the validation posts, in nats. */
  readonly valLoss: number;
  /** Accuracy on the validation posts, in [0, 1]. */
  readonly valAccuracy: number;
  /** Macro-F1 on the validation posts, in [0, 1]. */
  readonly valMacroF1: number;
  /** The monitored figure, by its own name, where it is none of the above. */
  readonly monitored?: {
    /** The monitor's name. */
    readonly name: string;
    /** Its value on the validation posts. */
    readonly value: number;
  };
  /** Duration, validation included. */
  readonly seconds: number;
}
