/** A value that JSON can say; numbers are finite. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** Plain data under names. */
export interface JsonObject {
  /** Any name. */
  readonly [name: string]: JsonValue;
}

/** Values of one tensor in a checkpoint; they come back bit for bit. */
export interface CheckpointTensor {
  /** Size of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** The values, flat in row-major order. */
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Tensors by name. */
export type CheckpointTensors = Readonly<Record<string, CheckpointTensor>>;

/** Weights that did best so far, kept beside the current ones. */
export interface BestWeights {
  /** Names these weights, such as `epoch-3`: they are written once, and not again while the id stays the same. */
  readonly id: string;
  /** The weights by name. */
  readonly tensors: CheckpointTensors;
}

/** All that is needed to go on with a training run. */
export interface Checkpoint {
  /** Optimizer steps of the run so far; a whole number from 0, which names the files. */
  readonly step: number;
  /** What must be equal when training is resumed. */
  readonly config: JsonObject;
  /** Counters, logs and other small things; numbers come back exactly, as float64. */
  readonly state: JsonObject;
  /** Weights and the optimizer's tensors, by name. */
  readonly tensors: CheckpointTensors;
  /**
   * The best weights so far.
   * @defaultValue none
   */
  readonly best?: BestWeights;
}

/** A file that is not as it was written. */
export interface DamagedCheckpoint {
  /** Path of the file. */
  readonly file: string;
  /** What is wrong with it, in a sentence. */
  readonly reason: string;
}

/** A checkpoint as it was saved. */
export interface LoadedCheckpoint extends Checkpoint {
  /** Newer checkpoints that were passed over since they are damaged, the newest first; mostly empty. */
  readonly damaged: readonly DamagedCheckpoint[];
}

/** Checkpoints of one training run in a directory; open one with {@link openCheckpoints}. */
export interface CheckpointStore {
  /** The directory of the files, as an absolute path. */
  readonly directory: string;
  /**
   * Saves a checkpoint; it is on the disk when the promise resolves, and older ones beyond `keep` are gone.
   *
   * The arrays must not change before that. A step that is there already is replaced.
   *
   * @throws {@link OptionError} or {@link ShapeError} for data that cannot be stored, such as NaN in `state`
   * @throws {@link TrainingError} when the file system refuses, for example because the disk is full: earlier checkpoints are
   * intact, and `save` may be called again; when another process has taken the directory over; and when it holds a later
   * checkpoint, which this one would cut off from its run.
   */
  save(checkpoint: Checkpoint): Promise<void>;
  /**
   * Loads the newest checkpoint that is not damaged, or null when there is none.
   *
   * Every byte is held against the SHA-256 it was written with. Nothing is deleted.
   *
   * @throws {@link DataError} when all are damaged, naming them; when one was written by a newer version of this library; and
   * when the files cannot be read for another reason
   */
  latest(): Promise<LoadedCheckpoint | null>;
  /**
   * Deletes all checkpoints, damaged ones too, and no other file.
   *
   * @throws {@link TrainingError} when the file system refuses, or another process has taken the directory over
   */
  clear(): Promise<void>;
  /** Waits for what is under way and gives the directory free for other processes. */
  close(): Promise<void>;
}
