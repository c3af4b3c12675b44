import type { SentimentLabel } from '../../types';

// Middle tones, readable on white and on near black, and apart for the colour-blind.

/** Colours of lines, in order. */
export const LINE_COLORS = ['#3d82c4', '#d9822b'];

/** The colour of each class. */
export const CLASS_COLORS: Readonly<Record<SentimentLabel, string>> = {
  positive: '#2a9d8f',
  neutral: '#93a1b5',
  negative: '#dd7350',
};
