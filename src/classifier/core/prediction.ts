/** Which halves of a post there are: both, or one alone. */
export type Pattern = 'full' | 'text' | 'image';

/** A half of a post that a model reads and a post may lack. */
export type MissingHalf = 'text' | 'image';

/** What a classifier says of a post. */
export interface Prediction {
  /** The post's id; its place in the list where it has none. */
  readonly id: string;
  /** The most probable class. */
  readonly label: string;
  /** Its probability, in [0, 1]. */
  readonly score: number;
  /** Every class's probability, calibrated, summing to 1; keys in the order of the class names, save names that are whole numbers. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** What the post lacks of what the model reads; `[]` where nothing is missing. */
  readonly missing: readonly MissingHalf[];
}

/** What stands in the place of a post that could not be read, where many were asked about. */
export interface FailedPrediction {
  /** The post's id; its place in the list where it has none. */
  readonly id: string;
  /** What was expected and what was received. */
  readonly error: string;
}
