import type { Calibrations } from './calibration';
import type { SavedClassifier } from './saved-classifier';

/** The model card of a saved classifier, `README.md` in its folder, as model hubs show it. */
export function modelCard({
  classNames,
  streams,
  training,
  calibrations,
  libraryVersion,
}: Omit<SavedClassifier, 'files'>): string {
  const { posts, scores, options, bestEpoch, epochs, date, backend, validation } = training;
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  const interval = ([low, high]: readonly [number, number]) => `${percent(low)} to ${percent(high)}`;
  const total = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  const rows = classNames.map(
    (name) => `| ${cell(name)} | ${posts.train[name] ?? 0} | ${posts.validation[name] ?? 0} |`,
  );
  const reads = [streams.text && 'text', streams.image && 'image'].filter(Boolean).join(' and ');
  return `---
library_name: mvsa-fusion
tags: [sentiment-analysis, multimodal, tensorflow.js]
---

# Sentiment of ${reads}

A classifier of mvsa-fusion ${libraryVersion}, trained ${date.slice(0, 10)} on the backend ${backend}. It answers with one of ${classNames.length} classes.

\`\`\`ts
import { selectBackend, SentimentClassifier } from 'mvsa-fusion';

await selectBackend();
const classifier = await SentimentClassifier.load('.');
console.log(await classifier.predict({ text: 'what a day', imagePath: 'photo.jpg' }));
\`\`\`

## Data

| class | training posts | validation posts |
| --- | --- | --- |
${rows.join('\n')}
| all | ${total(posts.train)} | ${total(posts.validation)} |

The validation posts were ${validation === 'given' ? 'given' : 'held out of the training posts, copies of a post kept together'}; the best epoch (${bestEpoch} of ${epochs}) was chosen by them, so
the figures below flatter a little.

## Figures on the validation posts

${
  scores === null
    ? 'None: training was stopped before the first epoch was finished.'
    : `Accuracy ${percent(scores.accuracy)} (95% interval ${interval(scores.ci95.accuracy)}), macro-F1 ${percent(scores.macroF1)} (${interval(scores.ci95.macroF1)}).`
}

${calibrationLines(calibrations)}

## What it is made of

- Text: ${streams.text ? describe(streams.text) : 'not read'}
- Image: ${streams.image ? describe(streams.image) : 'not read'}
- Options: \`${JSON.stringify(options)}\`

## Limits

It knows what its training posts show, and no more: another language, platform or time gives other figures. A sentiment label is an
annotator's opinion; do not decide about people by it.
`;
}

function calibrationLines(calibrations: Calibrations): string {
  const names = { full: 'both halves', text: 'the text alone', image: 'the image alone' } as const;
  const lines = (['full', 'text', 'image'] as const).flatMap((pattern) => {
    const one = calibrations[pattern];
    if (!one) return [];
    const [temperature, before, after] = [one.temperature, one.eceBefore, one.eceAfter].map((n) =>
      n.toFixed(3),
    );
    return [`| ${names[pattern]} | ${one.posts} | ${temperature} | ${before} | ${after} |`];
  });
  if (lines.length === 0) return 'The probabilities are not calibrated.';
  return [
    'Probabilities are divided by a temperature, fitted on these posts (Guo et al. 2017); the calibration error before and after:',
    '',
    '| asked with | posts | temperature | before | after |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function describe(stream: NonNullable<SavedClassifier['streams']['text']>): string {
  if (stream.family === 'compact') return 'trained along, nothing pretrained (`compact`)';
  const { source, opener } = Object(stream.origin) as { source?: string; opener?: string };
  return `${stream.family}${source ? `, \`${source}\` by \`${opener}\`` : ''}`;
}

const cell = (text: string) =>
  text.replace(/[|\\`<>]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/\s+/g, ' ');
