import { checkOptionNames } from '../../options/check-option-names';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../types';
import type { InspectedImage } from '../images/image-header';
import { HASHTAG_PATTERN, MENTION_PATTERN, URL_PATTERN } from '../text/text-options';
import { applyLabelRule, LABEL_RULES, type LabelRule } from './label-rule';
import type { Annotation } from './labels-file';
import type { MvsaDataset } from './mvsa-dataset';
import type { ClassCounts, Histogram, MvsaSummary, SummaryOptions, TextCounts } from './mvsa-summary';

/** Words in one bar of the text length histogram. */
const WORDS_PER_BIN = 2;

/** Counts the posts of a data set and computes the data of its charts. */
export function summarizeMvsa(
  dataset: Omit<MvsaDataset, 'summary'>,
  annotations: readonly (readonly Annotation[])[],
  options: SummaryOptions = {},
): MvsaSummary {
  checkOptionNames('summary', options, { split: true, duplicates: true });
  const { split, duplicates } = options;
  const { variant, labelRule, encoding, encodingEvidence, pairs, dropped, skipped, images } = dataset;
  const words = pairs.map(({ text }) => text.split(/\s+/).filter(Boolean).length);
  const found = pairs.map(({ id, label }) => ({ ...(images.get(id) as InspectedImage), label }));
  return {
    variant,
    labelRule,
    total: annotations.length,
    kept: pairs.length,
    classes: countClasses(pairs),
    dropped: dropped.length,
    droppedByReason: countBy(dropped.map(({ reason }) => reason)),
    skipped: skipped.length,
    skippedByReason: countBy(skipped.map(({ reason }) => reason)),
    encoding,
    encodingEvidence,
    labelRules: Object.fromEntries(
      LABEL_RULES.map((rule) => [rule, countUnderRule(annotations, rule)]),
    ) as Record<LabelRule, ClassCounts>,
    labelAgreement: agreement(annotations),
    textLength: histogram(words, WORDS_PER_BIN),
    textFeatures: countFeatures(pairs.map(({ text }) => text)),
    imageSizes: found.map(({ width, height, label }) => ({ width, height, label })),
    imageFormats: countBy(found.map(({ format }) => format)),
    ...(split && {
      splits: Object.fromEntries(Object.entries(split).map(([name, part]) => [name, countClasses(part)])),
    }),
    ...(duplicates && {
      duplicates: {
        sameText: duplicates.sameText,
        sameImage: duplicates.sameImage,
        nearImage: duplicates.nearImage,
      },
    }),
  };
}

function countClasses(posts: readonly { readonly label: SentimentLabel }[]): ClassCounts {
  const counts = { positive: 0, neutral: 0, negative: 0 };
  for (const { label } of posts) counts[label]++;
  return counts;
}

function countUnderRule(annotations: readonly (readonly Annotation[])[], rule: LabelRule): ClassCounts {
  return countClasses(
    annotations.flatMap((post) => {
      const { outcome } = applyLabelRule(post, rule);
      return 'label' in outcome ? outcome : [];
    }),
  );
}

/** Rows by labels; posts on which three annotators disagree are left out. */
function agreement(annotations: readonly (readonly Annotation[])[]): number[][] {
  const counts = SENTIMENT_LABELS.map(() => SENTIMENT_LABELS.map(() => 0));
  for (const post of annotations) {
    const { textLabel, imageLabel } = applyLabelRule(post, 'merged');
    if (textLabel === null || imageLabel === null) continue;
    const row = counts[SENTIMENT_LABELS.indexOf(textLabel)] as number[];
    (row[SENTIMENT_LABELS.indexOf(imageLabel)] as number)++;
  }
  return counts;
}

function countFeatures(texts: readonly string[]): TextCounts {
  // `search` starts anew each time; `test` of a global pattern would go on where it stopped.
  const holding = (pattern: RegExp) => texts.filter((text) => text.search(pattern) >= 0).length;
  return {
    url: holding(URL_PATTERN),
    hashtag: holding(HASHTAG_PATTERN),
    mention: holding(MENTION_PATTERN),
    retweet: holding(/^\s*RT\b/),
    empty: holding(/^\s*$/),
    emptyWithoutUrls: texts.filter((text) => text.replace(URL_PATTERN, '').trim() === '').length,
  };
}

function histogram(values: readonly number[], binWidth: number): Histogram {
  const bins = values.map((value) => Math.floor(value / binWidth));
  const counts: number[] = Array.from(
    { length: bins.reduce((most, bin) => Math.max(most, bin + 1), 0) },
    () => 0,
  );
  for (const bin of bins) (counts[bin] as number)++;
  return { binWidth, counts };
}

function countBy<Name extends string>(names: readonly Name[]): Record<Name, number> {
  const counts = {} as Record<Name, number>;
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
