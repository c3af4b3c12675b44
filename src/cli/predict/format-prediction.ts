import type { Prediction } from '../../classifier';

/** An answer for people: the label, every class with its probability, and what the post lacked. */
export function formatPrediction(
  { label, score, probabilities, missing }: Prediction,
  classNames: readonly string[],
): string {
  const width = Math.max(...classNames.map((name) => name.length));
  const lines = classNames.map((name) => `  ${name.padEnd(width)}  ${probabilities[name]?.toFixed(4)}`);
  const lacks =
    missing.length > 0 ? [`  answered without ${missing.map((half) => NAMES[half]).join(' and ')}`] : [];
  return `${[`${label} (${score.toFixed(4)})`, ...lines, ...lacks].join('\n')}\n`;
}

const NAMES = { text: 'a text', image: 'an image' } as const;
