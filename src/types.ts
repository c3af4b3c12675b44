/** The three sentiment classes, the default wherever classes have names, in the order of class axes, tables and files. */
export const SENTIMENT_LABELS = ['positive', 'neutral', 'negative'] as const;

/** The name of one sentiment class. */
export type SentimentLabel = (typeof SENTIMENT_LABELS)[number];

/** How far long work is: what every `onProgress` is told. `createProgressLine` shows it, with the time left. */
export interface Progress {
  /** What is being done, such as `'compare images'`. */
  readonly stage: string;
  /** How much of it is done: posts, images, or bytes of a download. */
  readonly done: number;
  /** How much there is to do; null where nobody knows. */
  readonly total: number | null;
}
