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
