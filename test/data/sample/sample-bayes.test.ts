import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sampleBayesAccuracy } from '../../../src/data';
import { mergeLabels } from '../../../src/data/mvsa/label-rule';
import { drawSampleLabels } from '../../../src/data/sample/sample-bayes';
import { createRandom, deriveSeed } from '../../../src/random';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../../src/types';

describe('sampleBayesAccuracy', () => {
  it('is what the docstring of createSampleMvsa states', async () => {
    const source = await readFile(
      new URL('../../../src/data/sample/create-sample-mvsa.ts', import.meta.url),
      'utf8',
    );
    const { majority, textOnly, imageOnly, both } = sampleBayesAccuracy();
    for (const [name, { accuracy, macroF1 }] of [
      ['nothing (majority class)', majority],
      ['text only', textOnly],
      ['image only', imageOnly],
      ['text and image', both],
    ] as const) {
      expect(source).toContain(`* | ${name} | ${accuracy.toFixed(4)} | ${macroF1.toFixed(4)} |`);
    }
  });

  it('agrees with simulated labels, drawn as the generator draws them', () => {
    const kept: { wording: SentimentLabel; face: SentimentLabel; label: SentimentLabel }[] = [];
    const DRAWS = 200_000;
    for (let id = 1; id <= DRAWS; id++) {
      const { wording, face, textLabel, imageLabel } = drawSampleLabels(createRandom(deriveSeed(0, id)));
      const label = mergeLabels(textLabel, imageLabel);
      if (label !== null) kept.push({ wording, face, label });
    }
    expect(kept.length / DRAWS).toBeCloseTo(0.68, 1);

    type Post = (typeof kept)[number];
    const score = (see: (post: Post) => string) => {
      const counts = new Map<string, Record<SentimentLabel, number>>();
      for (const post of kept) {
        const count = counts.get(see(post)) ?? { positive: 0, neutral: 0, negative: 0 };
        count[post.label]++;
        counts.set(see(post), count);
      }
      const answer = (post: Post) => {
        const count = counts.get(see(post)) as Record<SentimentLabel, number>;
        return SENTIMENT_LABELS.reduce((a, b) => (count[b] > count[a] ? b : a));
      };
      const f1 = SENTIMENT_LABELS.map((label) => {
        const said = kept.filter((post) => answer(post) === label).length;
        const actual = kept.filter((post) => post.label === label).length;
        return (
          (2 * kept.filter((post) => post.label === label && answer(post) === label).length) / (said + actual)
        );
      });
      const right = kept.filter((post) => answer(post) === post.label).length;
      return { accuracy: right / kept.length, macroF1: f1.reduce((sum, value) => sum + value, 0) / 3 };
    };

    const exact = sampleBayesAccuracy();
    const simulated = {
      textOnly: score(({ wording }) => wording),
      imageOnly: score(({ face }) => face),
      both: score(({ wording, face }) => wording + face),
    };
    for (const name of ['textOnly', 'imageOnly', 'both'] as const) {
      expect(Math.abs(simulated[name].accuracy - exact[name].accuracy)).toBeLessThan(0.005);
      expect(Math.abs(simulated[name].macroF1 - exact[name].macroF1)).toBeLessThan(0.005);
    }
    expect(Math.abs(score(() => '').accuracy - exact.majority.accuracy)).toBeLessThan(0.005);
  });
});
