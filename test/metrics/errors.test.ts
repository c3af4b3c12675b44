import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../src/errors';
import {
  accuracyScore,
  balancedAccuracyScore,
  bootstrapConfidenceInterval,
  classificationReport,
  confusionMatrix,
  f1Score,
  logLoss,
  precisionRecallFscoreSupport,
  precisionScore,
  recallScore,
} from '../../src/metrics';

function expectError(
  run: () => unknown,
  type: typeof OptionError | typeof ShapeError,
  message: string,
): void {
  expect(run).toThrow(type);
  expect(run).toThrow(message);
}

describe('every metric on labels refuses', () => {
  // As plain JavaScript may call them.
  // biome-ignore lint/suspicious/noExplicitAny: wrong arguments are the point
  type Metric = (trueLabels: any, predictedLabels: any) => unknown;
  const metrics: [string, Metric][] = [
    ['accuracyScore', accuracyScore],
    ['balancedAccuracyScore', balancedAccuracyScore],
    ['confusionMatrix', confusionMatrix],
    ['precisionRecallFscoreSupport', precisionRecallFscoreSupport],
    ['precisionScore', (t, p) => precisionScore(t, p, { average: 'macro' })],
    ['recallScore', (t, p) => recallScore(t, p, { average: 'macro' })],
    ['f1Score', (t, p) => f1Score(t, p, { average: 'macro' })],
    ['classificationReport', classificationReport],
    ['bootstrapConfidenceInterval', (t, p) => bootstrapConfidenceInterval(t, p, accuracyScore)],
  ];

  describe.each(metrics)('%s', (_name, metric) => {
    test('other lengths', () => {
      expectError(() => metric([0, 1, 2], [0, 1]), ShapeError, 'received 2 and 3');
    });

    test('no samples', () => {
      expectError(() => metric([], []), ShapeError, 'trueLabels: expected at least one label, received none');
    });

    test('labels that are no integers', () => {
      expectError(() => metric([0, 1], [0, 0.5]), OptionError, 'predictedLabels[1]: expected an integer');
      expectError(() => metric([0, Number.NaN], [0, 0]), OptionError, 'trueLabels[1]');
      expectError(() => metric(new Float32Array([1.5]), [0]), OptionError, 'received 1.5');
      expectError(() => metric([true], [0]), OptionError, 'received true');
      expectError(() => metric([0, undefined], [0, 0]), OptionError, 'received undefined');
    });

    test('names among integers', () => {
      expectError(() => metric([0, 'positive'], [0, 0]), OptionError, 'received "positive"');
      expectError(() => metric(['a', 1], ['a', 'a']), OptionError, 'trueLabels[1]: expected a class name');
      expectError(() => metric(['a', 'b'], [0, 1]), OptionError, 'expected string labels, like trueLabels');
    });
  });
});

describe('labels and numClasses refuse', () => {
  test('an index out of range', () => {
    const run = () => confusionMatrix([0, 1], [0, 3], { numClasses: 3 });
    expectError(
      run,
      OptionError,
      'predictedLabels[1]: expected a class index from 0 to 2 (numClasses: 3), received 3',
    );
    expectError(() => confusionMatrix([-1], [0], { numClasses: 3 }), OptionError, 'trueLabels[0]');
  });

  test('a number of classes that is none', () => {
    for (const numClasses of [0, -1, 2.5, Number.NaN]) {
      expectError(() => confusionMatrix([0], [0], { numClasses }), OptionError, `received ${numClasses}`);
    }
  });

  test('names with numClasses', () => {
    expectError(() => confusionMatrix(['a'], ['a'], { numClasses: 2 }), OptionError, 'Pass labels');
  });

  test('both options at once', () => {
    const options = { numClasses: 2, labels: [0, 1] };
    expectError(() => confusionMatrix([0], [0], options), OptionError, 'received both');
  });

  test('a class twice, no class, classes of the other kind', () => {
    expectError(() => confusionMatrix(['a'], ['a'], { labels: ['a', 'b', 'a'] }), OptionError, '"a" twice');
    expectError(() => confusionMatrix([0], [0], { labels: [] }), ShapeError, 'labels: expected at least one');
    expectError(
      () => confusionMatrix([0], [0], { labels: ['a'] }),
      OptionError,
      'labels: expected integer labels',
    );
  });

  test('a matrix without any true class', () => {
    const run = () => confusionMatrix(['a', 'b'], ['b', 'x'], { labels: ['x', 'y'] });
    expectError(run, OptionError, 'received ["x", "y"]');
  });
});

describe('scores refuse', () => {
  test('an average that is missing or unknown', () => {
    const average = (value: unknown) => ({ average: value }) as { average: 'macro' };
    expectError(() => f1Score([0], [0], average('binary')), OptionError, 'received "binary"');
    expectError(() => f1Score([0], [0], average(undefined)), OptionError, 'received undefined');
    expectError(() => f1Score([0], [0], undefined as never), OptionError, 'received undefined');
    expectError(() => precisionRecallFscoreSupport([0], [0], average('samples')), OptionError, '"samples"');
  });

  test('another value for 0/0', () => {
    const options = { zeroDivision: 0.5 };
    expectError(() => precisionRecallFscoreSupport([0], [0], options), OptionError, 'expected 0, 1 or NaN');
    expectError(() => classificationReport([0], [0], options), OptionError, 'received 0.5');
  });
});

describe('classificationReport refuses', () => {
  test('names that do not match the classes', () => {
    const options = { numClasses: 3, targetNames: ['a', 'b'] };
    expectError(() => classificationReport([0], [0], options), ShapeError, 'each of the 3 classes [0, 1, 2]');
  });

  test('digits that are none', () => {
    for (const digits of [-1, 1.5, 101]) {
      expectError(() => classificationReport([0], [0], { digits }), OptionError, `received ${digits}`);
    }
  });
});

describe('logLoss refuses', () => {
  const row = [0.5, 0.25, 0.25];

  test('rows and labels that do not match', () => {
    expectError(() => logLoss([0, 1], [row]), ShapeError, 'received 1 rows and 2 labels');
    expectError(() => logLoss([], []), ShapeError, 'at least one row');
    expectError(() => logLoss([0, 1], [row, [0.5, 0.5]]), ShapeError, 'probabilities[1]: expected 3 numbers');
    expectError(() => logLoss([0], [[1]]), ShapeError, 'two or more classes');
    expectError(() => logLoss([0], [0.5] as never), ShapeError, 'probabilities');
  });

  test('numbers that are no distribution', () => {
    expectError(() => logLoss([0], [[Number.NaN, 1]]), OptionError, 'received [NaN, 1]');
    expectError(
      () => logLoss([0], [[-0.5, 1.5]]),
      OptionError,
      'probabilities[0]: expected numbers in [0, 1]',
    );
    expectError(() => logLoss([0], [[0.5, 0.4]]), OptionError, 'sum 0.9');
    expectError(() => logLoss([0], [[2.5, -1.5]]), OptionError, 'Apply softmax');
  });

  test('labels without a column', () => {
    expectError(
      () => logLoss([3], [row]),
      OptionError,
      'trueLabels[0]: expected one of [0, 1, 2], received 3',
    );
    expectError(() => logLoss([0.5], [row]), OptionError, 'expected an integer');
    expectError(() => logLoss(['a'], [row]), OptionError, 'Pass labels');
    expectError(() => logLoss(['d'], [row], { labels: ['a', 'b', 'c'] }), OptionError, 'received "d"');
    expectError(() => logLoss(['a'], [row], { labels: ['a', 'b'] }), ShapeError, '3 columns');
  });

  test('nothing that a softmax in float32 yields', () => {
    const softmax = Float32Array.from([0.2, 0.3, 0.5000001]);
    expect(logLoss([2], [softmax])).toBeCloseTo(Math.log(2), 5);
  });
});

describe('bootstrapConfidenceInterval refuses', () => {
  test('options out of range', () => {
    const run = (options: object) => () => bootstrapConfidenceInterval([0], [0], accuracyScore, options);
    expectError(
      run({ resamples: 0 }),
      OptionError,
      'resamples: expected an integer of at least 1, received 0',
    );
    expectError(run({ resamples: 10.5 }), OptionError, 'received 10.5');
    expectError(run({ confidence: 95 }), OptionError, 'such as 0.95, received 95');
    expectError(run({ confidence: Number.NaN }), OptionError, 'received NaN');
  });

  test('a statistic without a number', () => {
    const run = () => bootstrapConfidenceInterval([0], [0], () => Number.NaN);
    expectError(run, OptionError, 'statistic: expected a finite number, received NaN');
  });
});
