import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../../data';
import { OptionError, ShapeError } from '../../errors';
import {
  accuracyScore,
  bootstrapConfidenceInterval,
  confusionMatrix,
  logLoss,
  precisionRecallFscoreSupport,
} from '../../metrics';
import { checkOptionNames } from '../../options/check-option-names';
import { resolveOptions } from '../../options/option-table';
import { SENTIMENT_LABELS } from '../../types';
import { functionalModel } from '../loop/model-layers';
import { countClasses } from '../losses/class-weights';
import { checkExamples } from './check-examples';
import { checkLogitsShape, classNamesOf, listClasses } from './class-names';
import { PREDICT_OPTIONS, type PredictOptions, predictProbabilities } from './predict-probabilities';

/** Precision, recall and F1 of one class, each in [0, 1], and its number of posts. */
export interface ClassEvaluation {
  /** Share of the predictions of this class that are true. */
  readonly precision: number;
  /** Share of this class's posts that were found. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
  /** Posts that truly are of this class. */
  readonly support: number;
}

/** How good predictions are; the `M` of `result.json`. */
export interface Evaluation {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Share of posts predicted right, in [0, 1]. */
  readonly accuracy: number;
  /** Mean F1 of the classes, each counting the same, in [0, 1]. */
  readonly macroF1: number;
  /** Mean F1 of the classes, each counting by its posts, in [0, 1]. */
  readonly weightedF1: number;
  /**
   * Scores of each class, by its name. Take the order from the class names: JavaScript lists names such as `'1'` before others,
   * whatever order they were given in.
   */
  readonly perClass: Readonly<Record<string, ClassEvaluation>>;
  /** [true class][predicted class], in the order of the class names */
  readonly confusionMatrix: readonly (readonly number[])[];
  /** How the probabilities were calibrated, where they were. */
  readonly calibration?: {
    /** What the logits were divided by. */
    readonly temperature: number;
    /** Expected calibration error before, in [0, 1]. */
    readonly eceBefore: number;
    /** Expected calibration error after, in [0, 1]. */
    readonly eceAfter: number;
  };
  /** 95% bootstrap intervals [low, high], 1,000 resamples. */
  readonly ci95: {
    /** Of the accuracy. */
    readonly accuracy: readonly [number, number];
    /** Of the macro-F1. */
    readonly macroF1: readonly [number, number];
  };
}

/** Options of {@link evaluateProbabilities}. */
export interface EvaluateProbabilitiesOptions {
  /**
   * What the class indices stand for: two or more different names.
   * @defaultValue positive, neutral, negative
   */
  readonly classNames?: readonly string[];
}

/**
 * Scores class probabilities against labels.
 *
 * @param labels [posts] class indices
 * @param probabilities [posts][classes], each row summing to 1
 * @throws {@link ShapeError} when there are no posts, or not one row for each label and one column for each class
 * @throws {@link OptionError} when an option is unknown, class names are none, or a label or a row is none
 * @example
 * ```ts
 * import { evaluateProbabilities } from 'mvsa-fusion/training';
 *
 * const probabilities = [[0.9, 0.1], [0.3, 0.7], [0.6, 0.4]];
 * const scores = evaluateProbabilities([0, 1, 1], probabilities, { classNames: ['ham', 'spam'] });
 * console.log(scores.confusionMatrix, scores.perClass.spam?.recall); // [[1, 0], [1, 1]] 0.5
 * ```
 */
export function evaluateProbabilities(
  labels: ArrayLike<number>,
  probabilities: readonly number[][],
  options: EvaluateProbabilitiesOptions = {},
): Evaluation {
  checkOptionNames('evaluateProbabilities', options, { classNames: true });
  const classNames = classNamesOf(options);
  const numClasses = classNames.length;
  checkColumns(probabilities, classNames);
  const trueLabels = Array.from(labels);
  const predicted = probabilities.map((row) => row.indexOf(Math.max(...row)));
  const average = (kind: 'macro' | 'weighted') =>
    precisionRecallFscoreSupport(trueLabels, predicted, { average: kind, numClasses }).f1;
  const classes = precisionRecallFscoreSupport(trueLabels, predicted, { average: null, numClasses });
  const scores = (label: number): ClassEvaluation => ({
    precision: classes.precision[label] as number,
    recall: classes.recall[label] as number,
    f1: classes.f1[label] as number,
    support: classes.support[label] as number,
  });
  return {
    loss: logLoss(trueLabels, probabilities),
    accuracy: accuracyScore(trueLabels, predicted),
    macroF1: average('macro'),
    weightedF1: average('weighted'),
    // Not by assignment, which would lose a class named __proto__.
    perClass: Object.fromEntries(classNames.map((name, label) => [name, scores(label)])),
    confusionMatrix: confusionMatrix(trueLabels, predicted, { numClasses }),
    ci95: {
      accuracy: bootstrapConfidenceInterval(trueLabels, predicted, accuracyScore),
      macroF1: bootstrapConfidenceInterval(
        trueLabels,
        predicted,
        (t, p) => precisionRecallFscoreSupport(t, p, { average: 'macro', numClasses }).f1,
      ),
    },
  };
}

function checkColumns(probabilities: readonly number[][], classNames: readonly string[]): void {
  const wrong = probabilities.findIndex((row) => row.length !== classNames.length);
  if (wrong < 0) return;
  throw new ShapeError(
    `probabilities[${wrong}]: expected ${classNames.length} numbers, one for each of ${listClasses(classNames)}, received ` +
      `${probabilities[wrong]?.length}. Name the classes with classNames.`,
  );
}

/**
 * Runs a classifier over a data set and scores its predictions; see {@link evaluateProbabilities}.
 *
 * @param model a model whose first output is `logits` [batch, classes], one for each class name of the data
 * @throws {@link OptionError} when an option is unknown or out of range, when `data` are no `LabelledExamples`, such as the batches of `mvsaBatches`,
 * and when the model has another number of classes
 */
export async function evaluate(
  model: LayersModel,
  data: LabelledExamples,
  options: PredictOptions = {},
): Promise<Evaluation> {
  const resolved = resolveOptions('evaluate', options, PREDICT_OPTIONS);
  checkExamples('data', data, 'required');
  const classNames = classNamesOf(data);
  const [output] = functionalModel(model).outputs;
  checkLogitsShape('evaluate', "the model's first output", output?.shape, classNames);
  const probabilities = await predictProbabilities(model, data, resolved);
  return evaluateProbabilities(data.labels.label, probabilities, { classNames });
}

/**
 * The prediction that needs no model: for every post, each class's share of the training posts.
 *
 * Scored, it is the majority-class baseline: its accuracy is the share of the most frequent training class.
 *
 * @param trainLabels class indices of the training posts
 * @param posts number of posts to predict
 * @param numClasses number of classes
 * @returns [posts][classes]
 * @throws {@link OptionError} when there is no training post, or one of another class
 */
export function majorityProbabilities(
  trainLabels: Int32Array,
  posts: number,
  numClasses: number = SENTIMENT_LABELS.length,
): number[][] {
  if (trainLabels.length === 0) {
    throw new OptionError(
      'majorityProbabilities: expected the labels of one training post or more, received none.',
    );
  }
  const counts = countClasses('majorityProbabilities', trainLabels, numClasses);
  const shares = counts.map((count) => count / trainLabels.length);
  return Array.from({ length: posts }, () => shares);
}
