import type { Random } from '../../random';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../types';

/** How often the wording, and independently the face, of a sample pair is of each class. */
export const SAMPLE_CLASS_PROBABILITIES: Readonly<Record<SentimentLabel, number>> = {
  positive: 0.4,
  neutral: 0.2,
  negative: 0.4,
};

/** How often a written label is one of the two classes that the wording or the face does not show. */
export const SAMPLE_FLIP_PROBABILITY = 0.03;

/** What one sample pair shows, and what its labels say. */
export interface SampleLabels {
  /** The class of the wording. */
  readonly wording: SentimentLabel;
  /** The class of the face. */
  readonly face: SentimentLabel;
  /** The written label of the text. */
  readonly textLabel: SentimentLabel;
  /** The written label of the image. */
  readonly imageLabel: SentimentLabel;
}

/** Draws the classes of a sample pair's wording and face, and its written labels. */
export function drawSampleLabels(random: Random): SampleLabels {
  const wording = drawClass(random);
  const face = drawClass(random);
  return { wording, face, textLabel: flip(wording, random), imageLabel: flip(face, random) };
}

function drawClass(random: Random): SentimentLabel {
  let ticket = random.uniform();
  for (const label of SENTIMENT_LABELS) {
    ticket -= SAMPLE_CLASS_PROBABILITIES[label];
    if (ticket < 0) return label;
  }
  return 'negative';
}

function flip(label: SentimentLabel, random: Random): SentimentLabel {
  const isFlipped = random.uniform() < SAMPLE_FLIP_PROBABILITY;
  const others = SENTIMENT_LABELS.filter((other) => other !== label);
  return isFlipped ? (others[random.integer(others.length)] as SentimentLabel) : label;
}
