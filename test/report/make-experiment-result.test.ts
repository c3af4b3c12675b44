import { expect, test } from 'vitest';
import type { PreparedTraining, SentimentClassifier } from '../../src/classifier';
import type { LabelledPost, TrainingData } from '../../src/data';
import { encodeLabels } from '../../src/data';
import { type ExperimentParts, formatScores, makeExperimentResult } from '../../src/report';
import { evaluateProbabilities } from '../../src/training';

const post = (label: string, at: number): LabelledPost => ({ id: `${label}${at}`, label, text: label });
const postsOf = (...labels: string[]) => labels.map(post);

/** A run on three kinds of fruit: most of the training posts are apples. */
function partsOf(classNames: readonly string[]): ExperimentParts {
  const [a = '', b = '', c = ''] = classNames;
  const train = postsOf(a, a, a, b, c);
  const validation = postsOf(a, b, b, b);
  const test = postsOf(a, a, b, c, c);
  const examples = (posts: readonly LabelledPost[]) => ({ posts, labels: encodeLabels(posts, classNames) });
  const stream = { description: { family: 'compact' } };
  return {
    data: {
      name: 'fruit.csv',
      summary: '',
      classNames,
      split: { train, validation, test },
      dropped: 0,
      skipped: [{ id: 'x', reason: 'no file' }],
    } satisfies TrainingData,
    prepared: {
      train: examples(train),
      validation: examples(validation),
      classNames,
      text: stream,
      image: stream,
    } as unknown as PreparedTraining,
    classifier: {
      run: { epochs: [], bestEpoch: 3, stoppedBy: 'epochs', validation: null },
      training: { posts: { train: { [a]: 3, [b]: 1, [c]: 1 }, validation: { [a]: 1, [b]: 3, [c]: 0 } } },
      unreadable: [{ id: 'y', reason: 'cut short' }],
    } as unknown as SentimentClassifier,
    test: evaluateProbabilities(
      encodeLabels(test, classNames).label,
      test.map(() => [0.2, 0.5, 0.3]),
      { classNames },
    ),
    config: { seed: 7 },
    backend: { backend: 'wasm', summary: 'wasm' },
    timing: {},
  };
}

test('the majority is judged on the test posts, without those that were left out', () => {
  const parts = partsOf(['apple', 'pear', 'plum']);
  const { baselines, dataset } = makeExperimentResult(parts);
  expect(baselines.majority.accuracy).toBeCloseTo(2 / 5, 12);
  expect(dataset.splits.test).toEqual({ apple: 2, pear: 1, plum: 2 });
  const less = makeExperimentResult({ ...parts, testUnreadable: [{ id: 'apple0', reason: 'damaged' }] });
  expect(less.baselines.majority.accuracy).toBeCloseTo(1 / 4, 12);
  expect(less.dataset.skipped.map(({ id }) => id)).toEqual(['x', 'y', 'apple0']);
});

test('without test posts it is judged on the validation posts, and the lines say so', () => {
  const result = makeExperimentResult({ ...partsOf(['apple', 'pear', 'plum']), test: null });
  expect(result.baselines.majority.accuracy).toBeCloseTo(1 / 4, 12);
  expect(result.dataset.splits.test).toBeNull();
  expect(formatScores(result, 'mine')[0]).toBe('Validation of 4 posts, with 95% intervals');
});

test('classes are named unless they are the default ones, however their names join', () => {
  expect(makeExperimentResult(partsOf(['positive', 'neutral', 'negative'])).classNames).toBeUndefined();
  expect(makeExperimentResult(partsOf(['apple', 'pear', 'plum'])).classNames).toEqual([
    'apple',
    'pear',
    'plum',
  ]);
  const joined = ['positive,neutral', 'negative'];
  const parts = partsOf(['apple', 'pear', 'plum']);
  const { labels } = { labels: { label: Int32Array.of(0, 1) } };
  const prepared = { ...parts.prepared, classNames: joined, train: { ...parts.prepared.train, labels } };
  const data = { ...parts.data, split: { ...parts.data.split, test: postsOf(...joined) } };
  expect(makeExperimentResult({ ...parts, data, prepared } as ExperimentParts).classNames).toEqual(joined);
});
