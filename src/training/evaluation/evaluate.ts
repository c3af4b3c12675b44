import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../../data';
import {
  accuracyScore,
  bootstrapConfidenceInterval,
  confusionMatrix,
  logLoss,
  precisionRecallFscoreSupport,
} from '../../metrics';
import { resolveOptions } from '../../options/option-table';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../types';
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
  /** Scores of each class. */
  readonly perClass: Readonly<Record<SentimentLabel, ClassEvaluation>>;
  /** [true class][predicted class], in the order of `SENTIMENT_LABELS` */
  readonly confusionMatrix: readonly (readonly number[])[];
  /** 95% bootstrap intervals [low, high], 1,000 resamples. */
  readonly ci95: {
    /** Of the accuracy. */
    readonly accuracy: readonly [number, number];
    /** Of the macro-F1. */
    readonly macroF1: readonly [number, number];
  };
}

/**
 * Scores class probabilities against labels.
 *
 * @param labels [posts] class indices
 * @param probabilities [posts][3], each row summing to 1
 */
export function evaluateProbabilities(
  labels: ArrayLike<number>,
  probabilities: readonly number[][],
): Evaluation {
  const numClasses = SENTIMENT_LABELS.length;
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
    perClass: { positive: scores(0), neutral: scores(1), negative: scores(2) },
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

/**
 * Runs a classifier over a data set and scores its predictions; see {@link evaluateProbabilities}.
 *
 * @param model a model whose first output is `logits` [batch, 3]
 * @throws {@link OptionError} when an option is unknown or out of range, and when `data` are no `LabelledExamples`, such as the batches of `mvsaBatches`
 */
export async function evaluate(
  model: LayersModel,
  data: LabelledExamples,
  options: PredictOptions = {},
): Promise<Evaluation> {
  const probabilities = await predictProbabilities(
    model,
    data,
    resolveOptions('evaluate', options, PREDICT_OPTIONS),
  );
  return evaluateProbabilities(data.labels.label, probabilities);
}

/**
 * The prediction that needs no model: for every post, each class's share of the training posts.
 *
 * Scored, it is the majority-class baseline: its accuracy is the share of the most frequent training class.
 *
 * @param trainLabels class indices of the training posts
 * @param posts number of posts to predict
 * @returns [posts][3]
 */
export function majorityProbabilities(trainLabels: Int32Array, posts: number): number[][] {
  const shares = SENTIMENT_LABELS.map(
    (_, label) => trainLabels.filter((value) => value === label).length / trainLabels.length,
  );
  return Array.from({ length: posts }, () => shares);
}
