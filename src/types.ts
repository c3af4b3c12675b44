/** The three sentiment classes, in the order of every class axis, table and file of this library. */
export const SENTIMENT_LABELS = ['positive', 'neutral', 'negative'] as const;

/** The name of one sentiment class. */
export type SentimentLabel = (typeof SENTIMENT_LABELS)[number];
