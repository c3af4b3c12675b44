import type { Random } from '../../random';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../types';
import { mergeLabels } from '../mvsa/label-rule';

/** What the best possible classifier reaches on the sample data set, over kept posts. */
export interface BayesScore {
  /** Share of posts it labels right, 0 to 1. */
  readonly accuracy: number;
  /** Mean of its F1 over the three classes, 0 to 1; a class that it never predicts counts 0. */
  readonly macroF1: number;
}

/** The best possible scores on the sample data set, by what the classifier may look at. */
export interface SampleBayes {
  /** Sees nothing: always the most frequent class. */
  readonly majority: BayesScore;
  /** Sees the text alone. */
  readonly textOnly: BayesScore;
  /** Sees the image alone. */
  readonly imageOnly: BayesScore;
  /** Sees text and image. */
  readonly both: BayesScore;
}

/** The probability that a kept post has this wording and this face, for each label that it may have. */
interface Cell {
  readonly wording: SentimentLabel;
  readonly face: SentimentLabel;
  readonly byLabel: Readonly<Record<SentimentLabel, number>>;
}

/**
 * Computes the scores of the Bayes classifier on the sample data set, the ceiling of any model.
 *
 * Exact: it sums over every combination of wording, face and the two written labels, with the generator's own probabilities,
 * and drops conflicts as {@link openMvsa} does.
 *
 * @example
 * ```ts
 * import { sampleBayesAccuracy } from 'mvsa-fusion/data';
 *
 * const { both, textOnly } = sampleBayesAccuracy();
 * console.log(`fusion can gain ${both.accuracy - textOnly.accuracy}`);
 * ```
 */
export function sampleBayesAccuracy(): SampleBayes {
  const cells = keptCells();
  return {
    majority: scoreBest(cells, () => ''),
    textOnly: scoreBest(cells, ({ wording }) => wording),
    imageOnly: scoreBest(cells, ({ face }) => face),
    both: scoreBest(cells, ({ wording, face }) => `${wording},${face}`),
  };
}

function keptCells(): Cell[] {
  const cells: Cell[] = [];
  let kept = 0;
  for (const wording of SENTIMENT_LABELS) {
    for (const face of SENTIMENT_LABELS) {
      const byLabel = { positive: 0, neutral: 0, negative: 0 };
      for (const textLabel of SENTIMENT_LABELS) {
        for (const imageLabel of SENTIMENT_LABELS) {
          const label = mergeLabels(textLabel, imageLabel);
          if (label === null) continue;
          const shown = SAMPLE_CLASS_PROBABILITIES[wording] * SAMPLE_CLASS_PROBABILITIES[face];
          const probability = shown * writes(wording, textLabel) * writes(face, imageLabel);
          byLabel[label] += probability;
          kept += probability;
        }
      }
      cells.push({ wording, face, byLabel });
    }
  }
  return cells.map(({ wording, face, byLabel: { positive, neutral, negative } }) => ({
    wording,
    face,
    byLabel: { positive: positive / kept, neutral: neutral / kept, negative: negative / kept },
  }));
}

/** The probability that a class is written down as a label. */
function writes(shown: SentimentLabel, label: SentimentLabel): number {
  return shown === label ? 1 - SAMPLE_FLIP_PROBABILITY : SAMPLE_FLIP_PROBABILITY / 2;
}

/** Scores the classifier that answers, for each thing it sees, with the label most probable there. */
function scoreBest(cells: readonly Cell[], see: (cell: Cell) => string): BayesScore {
  const seen = new Map<string, Record<SentimentLabel, number>>();
  for (const cell of cells) {
    const sums = seen.get(see(cell)) ?? { positive: 0, neutral: 0, negative: 0 };
    for (const label of SENTIMENT_LABELS) sums[label] += cell.byLabel[label];
    seen.set(see(cell), sums);
  }

  const actual = { positive: 0, neutral: 0, negative: 0 };
  const predicted = { positive: 0, neutral: 0, negative: 0 };
  const right = { positive: 0, neutral: 0, negative: 0 };
  for (const sums of seen.values()) {
    const best = SENTIMENT_LABELS.reduce((a, b) => (sums[b] > sums[a] ? b : a));
    right[best] += sums[best];
    for (const label of SENTIMENT_LABELS) {
      actual[label] += sums[label];
      predicted[best] += sums[label];
    }
  }
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    accuracy: sum(Object.values(right)),
    macroF1:
      sum(SENTIMENT_LABELS.map((label) => (2 * right[label]) / (actual[label] + predicted[label]))) / 3,
  };
}

/** How often the wording, and independently the face, of a sample pair is of each class. */
const SAMPLE_CLASS_PROBABILITIES: Readonly<Record<SentimentLabel, number>> = {
  positive: 0.4,
  neutral: 0.2,
  negative: 0.4,
};

/** How often a written label is one of the two classes that the wording or the face does not show. */
const SAMPLE_FLIP_PROBABILITY = 0.03;

/** What one sample pair shows, and what its labels say. */
interface SampleLabels {
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
