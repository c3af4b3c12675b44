import { SENTIMENT_LABELS } from '../../types';
import type { ClassCounts, SummaryOptions } from '../posts/posts-summary';
import { countBy, countClasses, summarizePosts } from '../posts/summarize-posts';
import { applyLabelRule, LABEL_RULES, type LabelRule } from './label-rule';
import type { Annotation } from './labels-file';
import type { MvsaDataset } from './mvsa-dataset';
import type { MvsaSummary } from './mvsa-summary';

/** Counts the posts of a data set and computes the data of its charts. */
export function summarizeMvsa(
  dataset: Omit<MvsaDataset, 'summary'>,
  annotations: readonly (readonly Annotation[])[],
  options: SummaryOptions = {},
): MvsaSummary {
  const { variant, labelRule, encoding, encodingEvidence, pairs, dropped } = dataset;
  return {
    variant,
    labelRule,
    ...summarizePosts({ ...dataset, posts: pairs, total: annotations.length }, options),
    dropped: dropped.length,
    droppedByReason: countBy(dropped.map(({ reason }) => reason)),
    encoding,
    encodingEvidence,
    labelRules: Object.fromEntries(
      LABEL_RULES.map((rule) => [rule, countUnderRule(annotations, rule)]),
    ) as Record<LabelRule, ClassCounts>,
    labelAgreement: agreement(annotations),
  };
}

function countUnderRule(annotations: readonly (readonly Annotation[])[], rule: LabelRule): ClassCounts {
  const labelled = annotations.flatMap((post) => {
    const { outcome } = applyLabelRule(post, rule);
    return 'label' in outcome ? outcome : [];
  });
  return countClasses(labelled, SENTIMENT_LABELS);
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
