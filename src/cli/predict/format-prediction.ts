import type { Prediction } from '../../classifier';

/** An answer for people: the label, every class with its probability, and what the post lacked. */
export function formatPrediction({ label, score, probabilities, missing }: Prediction): string {
  const classes = Object.entries(probabilities);
  const width = Math.max(...classes.map(([name]) => name.length));
  const lines = classes.map(([name, share]) => `  ${name.padEnd(width)}  ${share.toFixed(4)}`);
  const lacks =
    missing.length > 0 ? [`  answered without ${missing.map((half) => NAMES[half]).join(' and ')}`] : [];
  return `${[`${label} (${score.toFixed(4)})`, ...lines, ...lacks].join('\n')}\n`;
}

const NAMES = { text: 'a text', image: 'an image' } as const;
