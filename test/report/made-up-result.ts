import { createRandom } from '../../src/random';
import type { ExperimentResult } from '../../src/report';
import type { EpochLog, Evaluation } from '../../src/training';
import { SENTIMENT_LABELS } from '../../src/types';

/** An evaluation whose figures follow from its confusion matrix; the intervals are the normal approximation. */
export function madeUpEvaluation(
  confusionMatrix: number[][],
  loss: number,
  classNames: readonly string[] = SENTIMENT_LABELS,
): Evaluation {
  const cell = (row: number, column: number) => confusionMatrix[row]?.[column] ?? 0;
  const classes = classNames.map((_, label) => label);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const scores = classes.map((label) => {
    const support = sum(classes.map((column) => cell(label, column)));
    const predicted = sum(classes.map((row) => cell(row, label)));
    const precision = predicted && cell(label, label) / predicted;
    const recall = support && cell(label, label) / support;
    return {
      precision,
      recall,
      f1: precision + recall && (2 * precision * recall) / (precision + recall),
      support,
    };
  });
  const posts = sum(scores.map((score) => score.support));
  const around = (share: number): [number, number] => {
    const half = 1.96 * Math.sqrt((share * (1 - share)) / posts);
    return [share - half, share + half];
  };
  const accuracy = sum(classes.map((label) => cell(label, label))) / posts;
  const macroF1 = sum(scores.map((score) => score.f1)) / classNames.length;
  return {
    loss,
    accuracy,
    macroF1,
    weightedF1: sum(scores.map((score) => score.f1 * score.support)) / posts,
    perClass: Object.fromEntries(scores.map((score, label) => [classNames[label], score])),
    confusionMatrix,
    ci95: { accuracy: around(accuracy), macroF1: around(macroF1) },
  };
}

const epochs: EpochLog[] = [
  [0.982, 0.871, 0.612, 0.402],
  [0.803, 0.779, 0.656, 0.498],
  [0.714, 0.735, 0.681, 0.544],
  [0.652, 0.712, 0.699, 0.569],
  [0.601, 0.703, 0.706, 0.588],
  [0.556, 0.708, 0.712, 0.603],
  [0.511, 0.719, 0.709, 0.598],
  [0.472, 0.741, 0.703, 0.594],
  [0.433, 0.768, 0.7, 0.601],
  [0.398, 0.802, 0.694, 0.589],
  [0.367, 0.836, 0.697, 0.592],
].map(([loss = 0, valLoss = 0, valAccuracy = 0, valMacroF1 = 0], index) => ({
  epoch: index + 1,
  globalStep: 50 * (index + 1),
  loss,
  valLoss,
  valAccuracy,
  valMacroF1,
  seconds: 41.3 + (index % 3),
}));

/** A run on MVSA-Single as one might look. */
export const madeUpResult: ExperimentResult = {
  dataset: {
    name: 'MVSA-Single',
    variant: 'single',
    labelRule: 'merged: a neutral label gives way to the other, opposites are dropped',
    encoding: 'utf-8, else windows-1252',
    splits: {
      train: { positive: 1878, neutral: 951, negative: 329 },
      validation: { positive: 402, neutral: 204, negative: 70 },
      test: { positive: 402, neutral: 203, negative: 71 },
    },
    dropped: 358,
    skipped: [
      { id: '3151', reason: 'the image is truncated' },
      { id: '4022', reason: 'the text is empty' },
    ],
  },
  config: {
    data: './MVSA_Single',
    fusion: 'vision-guided',
    textModel: 'Xenova/bert-base-uncased',
    imageModel: './models/resnet50',
    numHeads: 8,
    dropout: 0.1,
    epochs: 20,
    batchSize: 32,
    learningRate: 0.0005,
    monitor: 'macroF1',
    patience: 5,
    auxiliaryLosses: { textLabel: 0.5, imageLabel: 0.5 },
    seed: 7,
  },
  backend: { backend: 'wasm', summary: 'wasm, 4 threads, SIMD' },
  epochs,
  bestEpoch: 6,
  stoppedBy: 'patience',
  validation: madeUpEvaluation(
    [
      [329, 55, 18],
      [76, 114, 14],
      [22, 13, 35],
    ],
    0.708,
  ),
  test: madeUpEvaluation(
    [
      [333, 52, 17],
      [82, 107, 14],
      [24, 14, 33],
    ],
    0.724,
  ),
  baselines: {
    majority: madeUpEvaluation(
      [
        [402, 0, 0],
        [203, 0, 0],
        [71, 0, 0],
      ],
      0.936,
    ),
    textOnly: madeUpEvaluation(
      [
        [326, 58, 18],
        [90, 97, 16],
        [27, 15, 29],
      ],
      0.751,
    ),
    imageOnly: madeUpEvaluation(
      [
        [322, 68, 12],
        [112, 83, 8],
        [41, 18, 12],
      ],
      0.848,
    ),
  },
  timing: { read: 3.42, extractFeatures: 1284.6, train: 463.1, baselines: 211.7, evaluate: 0.87 },
};

/** The same run, stopped before its first epoch ended. */
export const interruptedResult: ExperimentResult = {
  ...madeUpResult,
  epochs: [],
  bestEpoch: 0,
  stoppedBy: 'signal',
  validation: null,
  test: null,
};

/** A run on posts of one's own, of any classes; every class is confused with the next, and with some others. */
export function madeUpResultOf(classNames: readonly string[]): ExperimentResult {
  const random = createRandom(classNames.length);
  const matrix = () =>
    classNames.map((_, row) =>
      classNames.map((_, column) => {
        if (row === column) return 20 + random.integer(200);
        return column === (row + 1) % classNames.length ? 15 : Math.max(0, random.integer(40) - 30);
      }),
    );
  const countsOf = (rows: readonly (readonly number[])[], times: number) =>
    Object.fromEntries(
      classNames.map((name, row) => [
        name,
        times * (rows[row] as number[]).reduce((sum, posts) => sum + posts),
      ]),
    );
  const [validation, test] = [matrix(), matrix()];
  const { variant, labelRule, encoding, ...dataset } = madeUpResult.dataset;
  return {
    ...madeUpResult,
    classNames,
    dataset: {
      ...dataset,
      name: 'posts.csv',
      splits: {
        train: countsOf(validation, 5),
        validation: countsOf(validation, 1),
        test: countsOf(test, 1),
      },
      dropped: 0,
    },
    validation: madeUpEvaluation(validation, 0.8, classNames),
    test: {
      ...madeUpEvaluation(test, 0.9, classNames),
      calibration: { temperature: 1.3125, eceBefore: 0.081, eceAfter: 0.0234 },
    },
    baselines: {
      majority: madeUpEvaluation(
        test.map((row) =>
          row.map((_, column) => (column === 0 ? row.reduce((sum, posts) => sum + posts) : 0)),
        ),
        1.6,
        classNames,
      ),
    },
  };
}
