import { describe, expect, it } from 'vitest';
import { applyLabelRule, LABEL_RULES, type LabelRule, mergeLabels } from '../../../src/data/mvsa/label-rule';
import type { Annotation } from '../../../src/data/mvsa/labels-file';
import type { SentimentLabel } from '../../../src/types';

const NAMES = { p: 'positive', o: 'neutral', n: 'negative' } as const;

/** `'po'` is one annotator who found the text positive and the image neutral. */
const annotate = (letters: string): Annotation[] =>
  letters.split(' ').map((pair) => {
    const [text, image] = [...pair] as ['p', 'o'];
    return { textLabel: NAMES[text], imageLabel: NAMES[image] };
  });

const labelOf = (letters: string, rule: LabelRule) => {
  const { outcome } = applyLabelRule(annotate(letters), rule);
  return 'label' in outcome ? outcome.label : outcome.dropped;
};

describe('applyLabelRule', () => {
  const conflict = 'text against image';
  const differ = 'text and image differ';
  // Text and image, then the label under merged, agreement, text and image.
  it.each([
    ['pp', 'positive', 'positive', 'positive', 'positive'],
    ['po', 'positive', differ, 'positive', 'neutral'],
    ['pn', conflict, differ, 'positive', 'negative'],
    ['op', 'positive', differ, 'neutral', 'positive'],
    ['oo', 'neutral', 'neutral', 'neutral', 'neutral'],
    ['on', 'negative', differ, 'neutral', 'negative'],
    ['np', conflict, differ, 'negative', 'positive'],
    ['no', 'negative', differ, 'negative', 'neutral'],
    ['nn', 'negative', 'negative', 'negative', 'negative'],
  ])('%s of one annotator', (letters, merged, agreement, text, image) => {
    const received = LABEL_RULES.map((rule) => labelOf(letters, rule));
    expect(received).toEqual([merged, merged, agreement, text, image]);
    expect(labelOf(`${letters} ${letters} ${letters}`, 'merged')).toBe(merged);
  });

  it('takes the label of two annotators of three, for each modality alone', () => {
    expect(applyLabelRule(annotate('po on pn'), 'merged')).toEqual({
      textLabel: 'positive',
      imageLabel: 'negative',
      outcome: { dropped: conflict },
    });
    expect(labelOf('po oo pn', 'merged')).toBe('positive');
  });

  it('drops a three-way tie, or counts it as neutral', () => {
    expect(applyLabelRule(annotate('pp op np'), 'merged')).toEqual({
      textLabel: null,
      imageLabel: 'positive',
      outcome: { dropped: 'no majority' },
    });
    for (const rule of ['agreement', 'text', 'image'] as const)
      expect(labelOf('pp op np', rule)).toBe('no majority');
    expect(labelOf('pp op np', 'tie-neutral')).toBe('positive');
    expect(labelOf('pp on no', 'tie-neutral')).toBe('neutral');
  });

  it('gives the published counts of MVSA-Single', () => {
    // Rows by text and image label that yield the published class counts under merged and agreement at once.
    const rows = { pp: 1398, oo: 470, nn: 724, po: 700, op: 585, no: 300, on: 334, pn: 200, np: 158 };
    const counts = (rule: LabelRule) => {
      const found: Partial<Record<SentimentLabel | string, number>> = {};
      for (const [letters, count] of Object.entries(rows)) {
        const label = labelOf(letters, rule);
        found[label] = (found[label] ?? 0) + count;
      }
      return found;
    };
    expect(counts('merged')).toEqual({ positive: 2683, neutral: 470, negative: 1358, [conflict]: 358 });
    expect(counts('tie-neutral')).toEqual(counts('merged'));
    expect(counts('agreement')).toEqual({ positive: 1398, neutral: 470, negative: 724, [differ]: 2277 });
  });
});

it('mergeLabels keeps equal labels, lets neutral yield, and has no answer to a conflict', () => {
  const table = { positive: 'p', neutral: 'o', negative: 'n' } as const;
  const classes = ['positive', 'neutral', 'negative'] as const;
  const merged = classes.map((text) =>
    classes.map(
      (image) =>
        table[mergeLabels(text, image) ?? 'neutral'] + (mergeLabels(text, image) === null ? '!' : ''),
    ),
  );
  expect(merged).toEqual([
    ['p', 'p', 'o!'],
    ['p', 'o', 'n'],
    ['o!', 'n', 'n'],
  ]);
});
