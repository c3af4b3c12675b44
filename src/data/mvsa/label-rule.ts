import type { SentimentLabel } from '../../types';
import type { Annotation } from './labels-file';

/**
 * How the annotations of a post become its label: the protocol, which papers must name for their figures to be compared.
 *
 * On MVSA-Multiple each modality first takes the label of at least two of its three annotators.
 *
 * | rule | label of a post | left out |
 * |---|---|---|
 * | `merged` | equal labels stay, neutral yields to a polar label | positive against negative; no majority |
 * | `tie-neutral` | as `merged`, where three different annotations count as neutral | positive against negative |
 * | `agreement` | the label that text and image share | different labels; no majority |
 * | `text` | the text's label | no majority in either modality |
 * | `image` | the image's label | no majority in either modality |
 *
 * `merged` is the rule of Xu and Mao 2017, "MultiSentiNet".
 */
export type LabelRule = (typeof LABEL_RULES)[number];

/** The names of all label rules; the first is the default. */
export const LABEL_RULES = ['merged', 'tie-neutral', 'agreement', 'text', 'image'] as const;

/** Why a rule gives a post no label. */
export type DropReason = 'text against image' | 'text and image differ' | 'no majority';

/** A post's labels under a rule. */
interface RuledLabels {
  /** Null when three annotators disagree. */
  readonly textLabel: SentimentLabel | null;
  /** Null when three annotators disagree. */
  readonly imageLabel: SentimentLabel | null;
  /** The post's label, or why there is none. */
  readonly outcome: { readonly label: SentimentLabel } | { readonly dropped: DropReason };
}

/** Applies a label rule to the annotations of one post. */
export function applyLabelRule(annotations: readonly Annotation[], rule: LabelRule): RuledLabels {
  const tie = rule === 'tie-neutral' ? 'neutral' : null;
  const textLabel = majorityLabel(annotations.map((one) => one.textLabel)) ?? tie;
  const imageLabel = majorityLabel(annotations.map((one) => one.imageLabel)) ?? tie;
  if (textLabel === null || imageLabel === null) {
    return { textLabel, imageLabel, outcome: { dropped: 'no majority' } };
  }
  return { textLabel, imageLabel, outcome: outcomeOf(textLabel, imageLabel, rule) };
}

function outcomeOf(
  textLabel: SentimentLabel,
  imageLabel: SentimentLabel,
  rule: LabelRule,
): RuledLabels['outcome'] {
  if (rule === 'text') return { label: textLabel };
  if (rule === 'image') return { label: imageLabel };
  if (rule === 'agreement') {
    return textLabel === imageLabel ? { label: textLabel } : { dropped: 'text and image differ' };
  }
  const label = mergeLabels(textLabel, imageLabel);
  return label === null ? { dropped: 'text against image' } : { label };
}

/** The label that more than half of the annotators gave; null when there is none. */
function majorityLabel(labels: readonly SentimentLabel[]): SentimentLabel | null {
  return labels.find((label) => labels.filter((other) => other === label).length * 2 > labels.length) ?? null;
}

/**
 * Merges the label of a post's text and that of its image into one label of the post.
 *
 * Equal labels stay; neutral yields to a polar label; positive against negative has no answer.
 *
 * @returns the post's label, or `null` for a conflict, which drops the post
 * @see Xu and Mao 2017, "MultiSentiNet: A Deep Semantic Network for Multimodal Sentiment Analysis"
 */
export function mergeLabels(textLabel: SentimentLabel, imageLabel: SentimentLabel): SentimentLabel | null {
  if (textLabel === imageLabel || imageLabel === 'neutral') return textLabel;
  return textLabel === 'neutral' ? imageLabel : null;
}
