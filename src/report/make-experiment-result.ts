import type { PreparedTraining, SentimentClassifier } from '../classifier';
import { encodeLabels, type LabelledPost, type SkippedPost, type TrainingData } from '../data';
import { checkOptionNames } from '../options/check-option-names';
import { type Evaluation, evaluateProbabilities, majorityProbabilities } from '../training';
import { areSameClasses } from '../training/evaluation/class-names';
import { SENTIMENT_LABELS } from '../types';
import type { ExperimentResult } from './experiment-result';

/** What an {@link ExperimentResult} is made of. */
export interface ExperimentParts {
  /** What was opened. */
  readonly data: TrainingData;
  /** What was made ready of it. */
  readonly prepared: PreparedTraining;
  /** What was trained on it. */
  readonly classifier: SentimentClassifier;
  /** Scores on the test posts; null when the split has none. */
  readonly test: Evaluation | null;
  /** Test posts that were left out of these scores, with the reason. */
  readonly testUnreadable?: readonly SkippedPost[];
  /** Every option of the run. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The TensorFlow.js backend that ran. */
  readonly backend: ExperimentResult['backend'];
  /** Seconds of each stage. */
  readonly timing: ExperimentResult['timing'];
  /** Scores of models that read one half of a post, where some were trained. */
  readonly baselines?: {
    /** A model that reads the text alone. */
    readonly textOnly?: Evaluation | undefined;
    /** A model that sees the image alone. */
    readonly imageOnly?: Evaluation | undefined;
  };
}

const PARTS: Readonly<Record<keyof ExperimentParts, true>> = {
  data: true,
  prepared: true,
  classifier: true,
  test: true,
  testUnreadable: true,
  config: true,
  backend: true,
  timing: true,
  baselines: true,
};

/**
 * Puts together what a run leaves behind: the content of `result.json`, with the majority baseline.
 *
 * @throws {@link OptionError} for a part that is unknown
 * @example
 * ```ts
 * import { type ExperimentParts, makeExperimentResult, writeReport, writeResult } from 'mvsa-fusion/report';
 *
 * async function keep(directory: string, parts: ExperimentParts) {
 *   const result = makeExperimentResult(parts);
 *   console.log(await writeResult(directory, result), await writeReport(directory, result));
 * }
 * ```
 */
export function makeExperimentResult(parts: ExperimentParts): ExperimentResult {
  checkOptionNames('makeExperimentResult', parts, PARTS);
  const { data, prepared, classifier, test, testUnreadable = [], config, backend, timing } = parts;
  const { classNames, train } = prepared;
  const { run, training } = classifier;
  const { textOnly, imageOnly } = parts.baselines ?? {};
  const isDefault = areSameClasses(classNames, SENTIMENT_LABELS);
  const left = new Set(testUnreadable.map(({ id }) => id));
  const judged: readonly LabelledPost[] = test
    ? data.split.test.filter(({ id }) => !left.has(id))
    : prepared.validation.posts;
  const majority = evaluateProbabilities(
    encodeLabels(judged, classNames).label,
    majorityProbabilities(train.labels.label, judged.length, classNames.length),
    { classNames },
  );
  return {
    ...(!isDefault && { classNames }),
    dataset: {
      name: data.name,
      ...data.mvsa,
      splits: { ...training.posts, test: test && supportsOf(test) },
      dropped: data.dropped,
      skipped: [...data.skipped, ...classifier.unreadable, ...testUnreadable],
    },
    config: {
      ...config,
      extractors: { text: prepared.text.description, image: prepared.image.description },
    },
    backend,
    epochs: run?.epochs ?? [],
    bestEpoch: run?.bestEpoch ?? 0,
    stoppedBy: run?.stoppedBy ?? 'epochs',
    validation: run?.validation ?? null,
    test,
    baselines: { majority, ...(textOnly && { textOnly }), ...(imageOnly && { imageOnly }) },
    timing,
  };
}

/** Posts of each class that were judged. */
function supportsOf({ perClass }: Evaluation): Record<string, number> {
  return Object.fromEntries(Object.entries(perClass).map(([name, { support }]) => [name, support]));
}

/**
 * Scores with their intervals as lines for a terminal: what was judged, the model's scores, and those of its baselines.
 *
 * @param result of a run
 * @param name what the model is called, such as its fusion
 */
export function formatScores(result: ExperimentResult, name: string): string[] {
  const { test, validation, baselines, stoppedBy, epochs } = result;
  const points = (value: number) => value.toFixed(3);
  const posts = Object.values(baselines.majority.perClass).reduce((sum, { support }) => sum + support, 0);
  const stopped = stoppedBy === 'signal' ? `Interrupted after ${epochs.length} epochs: ` : '';
  const scores = [
    [name, test ?? validation],
    ['text-only', baselines.textOnly],
    ['image-only', baselines.imageOnly],
    ['majority', baselines.majority],
  ] as const;
  const lines = scores.flatMap(([who, score]) => {
    if (!score) return [];
    const { accuracy, macroF1, ci95 } = score;
    return [
      `${who.padEnd(14)} accuracy ${points(accuracy)} [${ci95.accuracy.map(points).join(', ')}]  ` +
        `macro-F1 ${points(macroF1)} [${ci95.macroF1.map(points).join(', ')}]`,
    ];
  });
  return [`${stopped}${test ? 'Test' : 'Validation'} of ${posts} posts, with 95% intervals`, ...lines];
}
