import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../src/errors';
import {
  accuracyScore,
  balancedAccuracyScore,
  bootstrapConfidenceInterval,
  brierScoreLoss,
  classificationReport,
  cohenKappaScore,
  confusionMatrix,
  confusionMatrixAccumulator,
  expectedCalibrationError,
  f1Score,
  logLoss,
  matthewsCorrcoef,
  mcnemarTest,
  pairedBootstrap,
  precisionRecallFscoreSupport,
  precisionScore,
  recallScore,
  reliabilityCurve,
  rocAucScore,
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
    ['cohenKappaScore', cohenKappaScore],
    ['matthewsCorrcoef', matthewsCorrcoef],
    ['bootstrapConfidenceInterval', (t, p) => bootstrapConfidenceInterval(t, p, accuracyScore)],
  ];

  describe.each(metrics)('%s', (_name, metric) => {
    test('other lengths', () => {
      expectError(() => metric([0, 1, 2], [0, 1]), ShapeError, 'received 2 and 3');
    });

    test('what is no array', () => {
      for (const wrong of [undefined, null, 3, 'abc', { shape: [2] }, new Set([1])]) {
        expectError(() => metric(wrong, [0]), OptionError, 'trueLabels: expected an array or typed array');
        expectError(() => metric([0], wrong), OptionError, 'predictedLabels: expected an array');
      }
      expectError(() => metric({ shape: [2] }, [0]), OptionError, 'labelsFromTensor');
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

describe('confusionMatrix and cohenKappaScore refuse', () => {
  test('an option without such a value', () => {
    const normalize = 'rows' as never;
    expectError(
      () => confusionMatrix([0], [0], { normalize }),
      OptionError,
      '\'all\' or null, received "rows"',
    );
    const weights = 'cubic' as never;
    expectError(() => cohenKappaScore([0], [0], { weights }), OptionError, 'received "cubic"');
    const replaceUndefinedBy = 2;
    expectError(() => cohenKappaScore([0], [0], { replaceUndefinedBy }), OptionError, '[-1, 1], received 2');
  });

  test('classes none of which is true', () => {
    expectError(() => cohenKappaScore([0], [0], { labels: [5] }), OptionError, 'received [5]');
  });
});

describe('every metric on rows of probabilities refuses', () => {
  const row = [0.5, 0.25, 0.25];
  // biome-ignore lint/suspicious/noExplicitAny: wrong arguments are the point
  type Metric = (trueLabels: any, probabilities: any, options?: any) => unknown;
  const metrics: [string, Metric][] = [
    ['logLoss', logLoss],
    ['brierScoreLoss', brierScoreLoss],
    ['rocAucScore', rocAucScore],
    ['reliabilityCurve', reliabilityCurve],
    ['expectedCalibrationError', expectedCalibrationError],
  ];

  describe.each(metrics)('%s', (_name, metric) => {
    test('rows and labels that do not match', () => {
      expectError(() => metric([0, 1], [row]), ShapeError, 'received 1 rows and 2 labels');
      expectError(() => metric([], []), ShapeError, 'at least one');
      expectError(
        () => metric([0, 1], [row, [0.5, 0.5]]),
        ShapeError,
        'probabilities[1]: expected 3 numbers',
      );
      expectError(() => metric([0, 1], [row, null]), ShapeError, 'received null');
      expectError(() => metric([0], [[1]]), ShapeError, 'two or more classes');
    });

    test('what is no array', () => {
      expectError(() => metric(undefined, [row]), OptionError, 'trueLabels: expected an array');
      expectError(() => metric([0], undefined), OptionError, 'received undefined');
      expectError(() => metric([0], { shape: [1, 3] }), OptionError, 'probabilitiesFromTensor');
    });

    test('numbers that are no distribution', () => {
      expectError(() => metric([0], [[Number.NaN, 1]]), OptionError, 'received [NaN, 1]');
      expectError(
        () => metric([0], [[-0.5, 1.5]]),
        OptionError,
        'probabilities[0]: expected numbers in [0, 1]',
      );
      expectError(() => metric([0], [[0.5, 0.4]]), OptionError, 'sum 0.9');
      expectError(() => metric([0], [[2.5, -1.5]]), OptionError, 'Apply softmax');
      expectError(() => metric([0], [['0.5', '0.5']]), OptionError, 'received ["0.5", "0.5"]');
    });

    test('labels without a column', () => {
      expectError(() => metric([3], [row]), OptionError, 'expected one of [0, 1, 2], received 3');
      expectError(() => metric([0.5], [row]), OptionError, 'expected an integer');
      expectError(() => metric(['a'], [row]), OptionError, 'Pass labels');
      expectError(() => metric(['d'], [row], { labels: ['a', 'b', 'c'] }), OptionError, 'received "d"');
      expectError(() => metric(['a'], [row], { labels: ['a', 'b'] }), ShapeError, '3 columns');
    });

    test('nothing that a softmax in float32 yields', () => {
      const rows = [Float32Array.from([0.2, 0.3, 0.5000001]), Float32Array.from([0.6, 0.3, 0.1])];
      // The mean over classes is not defined here: one has no sample.
      const options = metric === rocAucScore ? { average: 'micro' } : {};
      expect(() => metric([2, 0], rows, options)).not.toThrow();
    });
  });
});

describe('logLoss refuses', () => {
  test('one number for each sample', () => {
    expectError(() => logLoss([0], [0.5] as never), ShapeError, 'probabilities');
  });

  test('nothing that a softmax in float32 yields', () => {
    const softmax = Float32Array.from([0.2, 0.3, 0.5000001]);
    expect(logLoss([2], [softmax])).toBeCloseTo(Math.log(2), 5);
  });
});

describe('brierScoreLoss and rocAucScore refuse', () => {
  test('numbers and labels that do not match', () => {
    expectError(() => brierScoreLoss([0, 1], [0.5]), ShapeError, 'received 1 numbers and 2 labels');
    expectError(() => rocAucScore([0, 1], [0.5, 1, 2]), ShapeError, 'received 3 numbers and 2 labels');
  });

  test('numbers that are no probability, or no number', () => {
    expectError(() => brierScoreLoss([0], [1.5]), OptionError, 'a probability in [0, 1], received 1.5');
    expectError(() => brierScoreLoss([0], [Number.NaN]), OptionError, 'received NaN');
    expectError(
      () => rocAucScore([0, 1], [0, Number.POSITIVE_INFINITY]),
      OptionError,
      'scores[1]: expected a finite',
    );
    expectError(() => rocAucScore([0, 1], [0, null] as never), OptionError, 'received null');
  });

  test('labels of which none is known to be positive, and a third class', () => {
    for (const metric of [brierScoreLoss, rocAucScore]) {
      expectError(() => metric([1, 2], [0, 1]), OptionError, 'trueLabels[1]: expected 0 and 1, or -1 and 1');
      expectError(() => metric(['a', 'b'], [0, 1]), OptionError, 'Pass posLabel');
      expectError(() => metric([0, -1], [0, 1]), OptionError, 'received a third: [1, 0, -1]');
      expectError(() => metric(['a', 'b'], [0, 1], { posLabel: 'c' }), OptionError, 'a third');
      expectError(
        () => metric(['a', 'b'], [0, 1], { posLabel: 1 }),
        OptionError,
        'posLabel: expected string',
      );
      expectError(() => metric([0, 1], [0, 1], { labels: [0, 1] }), OptionError, 'labels');
    }
    const rows = [
      [1, 0],
      [0, 1],
    ];
    expectError(() => brierScoreLoss([0, 1], rows, { posLabel: 1 }), OptionError, 'Pass labels instead');
    expectError(() => rocAucScore([0, 1], rows, { posLabel: 1 }), OptionError, 'Pass labels instead');
  });

  test('options without such a value', () => {
    const scaleByHalf = 1 as never;
    expectError(() => brierScoreLoss([0], [1], { scaleByHalf }), OptionError, "or 'auto', received 1");
    const average = 'samples' as never;
    expectError(() => rocAucScore([0, 1], [0, 1], { average }), OptionError, 'received "samples"');
    expectError(() => rocAucScore([0, 1], [0, 1] as never, { average: null }), OptionError, 'expected rows');
  });

  test('an area without samples or without a rest, and say which class is absent', () => {
    const rows = [
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
    ];
    expectError(() => rocAucScore([0, 1], rows), OptionError, 'received none of [2]');
    const labels = ['x', 'y', 'z'];
    expectError(() => rocAucScore(['x', 'y'], rows, { labels }), OptionError, 'none of ["z"]');
    expect(rocAucScore([0, 1], rows, { average: 'weighted' })).toBe(1);
    expect(rocAucScore([0, 1], rows, { average: null })).toEqual([1, 1, Number.NaN]);
    expectError(() => rocAucScore([1, 1], rows, { average: 'weighted' }), OptionError, 'none of [0, 2]');
    expectError(() => rocAucScore([1, 1], [0.5, 0.25]), OptionError, 'received one class only');
  });
});

describe('reliabilityCurve and expectedCalibrationError refuse', () => {
  test('a number of bins that is none', () => {
    for (const numBins of [0, -1, 2.5, Number.NaN]) {
      const message = `received ${numBins}`;
      expectError(() => reliabilityCurve([0], [[1, 0]], { numBins }), OptionError, message);
      expectError(() => expectedCalibrationError([0], [[1, 0]], { numBins }), OptionError, message);
    }
  });
});

describe('the bootstraps refuse', () => {
  test('a call without a statistic', () => {
    const message =
      'statistic: expected a function of true and predicted labels, such as accuracyScore, received';
    const options = { seed: 7 } as never;
    expectError(() => bootstrapConfidenceInterval([0], [0], options), OptionError, `${message} object`);
    expectError(() => bootstrapConfidenceInterval([0], [0], undefined as never), OptionError, message);
    expectError(() => pairedBootstrap([0], [0], [0], options), OptionError, `${message} object`);
  });
});

describe('mcnemarTest and pairedBootstrap refuse', () => {
  test('arrays that do not match, and name the one', () => {
    expectError(() => mcnemarTest([0, 1], [0, 1], [0]), ShapeError, 'Expected as many secondLabels');
    expectError(() => mcnemarTest([0, 1], [0], [0, 1]), ShapeError, 'Expected as many firstLabels');
    expectError(() => mcnemarTest([0], [0], ['a']), OptionError, 'secondLabels: expected integer labels');
    expectError(() => mcnemarTest([], [], []), ShapeError, 'received none');
    const run = () => pairedBootstrap([0, 1], [0, 1], [0], accuracyScore);
    expectError(run, ShapeError, 'Expected as many secondLabels');
    expectError(() => pairedBootstrap([0], [0.5], [0], accuracyScore), OptionError, 'firstLabels[0]');
  });

  test('a statistic without a number, and options out of range', () => {
    const run = () => pairedBootstrap([0], [0], [0], () => Number.NaN);
    expectError(run, OptionError, 'received a difference of NaN');
    const withOptions = (options: object) => () => pairedBootstrap([0], [0], [0], accuracyScore, options);
    expectError(withOptions({ resamples: 0 }), OptionError, 'at least 1, received 0');
    expectError(withOptions({ confidence: 1 }), OptionError, 'received 1');
  });
});

describe('confusionMatrixAccumulator refuses', () => {
  const three = () => confusionMatrixAccumulator({ numClasses: 3 });
  const named = () => confusionMatrixAccumulator({ labels: ['a', 'b'] });

  test('options that do not name the classes', () => {
    expectError(() => confusionMatrixAccumulator({}), OptionError, 'received neither');
    expectError(() => confusionMatrixAccumulator(undefined as never), OptionError, 'received neither');
    expectError(() => confusionMatrixAccumulator({ numClasses: 2, labels: [0, 1] }), OptionError, 'both');
    expectError(() => confusionMatrixAccumulator({ numClasses: 0 }), OptionError, 'received 0');
    expectError(() => confusionMatrixAccumulator({ labels: ['a', 'a'] }), OptionError, '"a" twice');
  });

  test('labels that are no class', () => {
    for (const wrong of [3, -1, 0.5, Number.NaN]) {
      expectError(() => three().update(0, wrong), OptionError, `predictedLabel: expected one of [0, 1, 2]`);
      expectError(() => three().update([1, wrong], [0, 0]), OptionError, `trueLabels[1]: expected one of`);
    }
    expectError(() => three().update('a', 0), OptionError, 'received "a"');
    expectError(() => named().update('c', 'a'), OptionError, 'trueLabel: expected one of ["a", "b"]');
    expectError(() => named().update(['a'], [0]), OptionError, 'predictedLabels[0]');
  });

  test('arrays that do not match', () => {
    expectError(() => three().update([0, 1], [0]), ShapeError, 'received 1 and 2');
    expectError(() => three().update(0, [0] as never), OptionError, 'trueLabels: expected an array');
    expectError(() => three().update(undefined as never, [0]), OptionError, 'received undefined');
  });

  test('to merge other classes and what are no counts', () => {
    expectError(
      () => named().merge(three()),
      OptionError,
      'expected the classes ["a", "b"], received [0, 1, 2]',
    );
    expectError(
      () => named().merge(confusionMatrixAccumulator({ labels: ['b', 'a'] })),
      OptionError,
      '"b", "a"',
    );
    expectError(() => named().merge([[1, 2]]), ShapeError, '2 rows of 2 counts');
    expectError(() => named().merge([[1, 2], [3]]), ShapeError, 'lengths [2, 1]');
    const matrix = (count: number) => [
      [1, 0],
      [count, 1],
    ];
    for (const count of [0.5, -1, Number.NaN]) {
      expectError(() => named().merge(matrix(count)), OptionError, `received ${count}`);
    }
    expectError(() => named().merge(undefined as never), OptionError, 'received undefined');
  });

  test('scores before the first sample', () => {
    expectError(() => three().scores(), ShapeError, 'received none');
    expect(three().matrix('true')).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expectError(() => three().scores(0.5), OptionError, 'zeroDivision');
    expectError(() => three().matrix('rows' as never), OptionError, 'normalize');
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
    expectError(run({ seed: Number.NaN }), OptionError, 'seed: expected a finite number');
  });

  test('a statistic without a number', () => {
    const run = () => bootstrapConfidenceInterval([0], [0], () => Number.NaN);
    expectError(run, OptionError, 'statistic: expected a finite number, received NaN');
  });
});
