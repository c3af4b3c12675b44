import { OptionError, ShapeError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import {
  checkArray,
  checkLabels,
  LABEL_OPTIONS,
  type LabelArray,
  type LabelOptions,
  resolveClasses,
  show,
  showAll,
} from '../labels';
import { balancedAccuracy } from './accuracy-score';
import {
  type AverageScores,
  averageScores,
  type ClassScores,
  checkZeroDivision,
  classScores,
  classTallies,
  totalTally,
} from './class-scores';
import { cohenKappa } from './cohen-kappa-score';
import { type Normalize, normalizeCounts } from './confusion-matrix';
import { matthewsCorrelation } from './matthews-corrcoef';

/** All scores that follow from a confusion matrix. */
export interface ConfusionScores {
  /** Number of samples counted. */
  readonly samples: number;
  /** As {@link accuracyScore}. */
  readonly accuracy: number;
  /** As {@link balancedAccuracyScore}. */
  readonly balancedAccuracy: number;
  /** As {@link cohenKappaScore} without weights: `NaN` for 0/0. */
  readonly cohenKappa: number;
  /** As {@link matthewsCorrcoef}. */
  readonly matthewsCorrcoef: number;
  /** Precision, recall, F1 and support of each class, as {@link precisionRecallFscoreSupport}. */
  readonly perClass: ClassScores;
  /** The plain means over the classes. */
  readonly macro: AverageScores;
  /** The scores of all decisions taken together. */
  readonly micro: AverageScores;
  /** The means over the classes weighted by support. */
  readonly weighted: AverageScores;
}

/** A confusion matrix that grows as predictions come in; see {@link confusionMatrixAccumulator}. */
export interface ConfusionMatrixAccumulator {
  /** The classes, in the order of rows and columns. */
  readonly classes: readonly (string | number)[];
  /** Number of samples counted so far. */
  readonly samples: number;
  /**
   * Counts samples: labels [samples] and what was predicted for them, or one of each. Either all or, on an error, none
   * of them count.
   */
  update(trueLabels: LabelArray, predictedLabels: LabelArray): void;
  /** Counts one sample. */
  update(trueLabel: string | number, predictedLabel: string | number): void;
  /** Adds what another accumulator of the same classes counted, or a matrix of counts [classes, classes]. */
  merge(other: ConfusionMatrixAccumulator | readonly (readonly number[])[]): void;
  /** The counts so far [classes, classes], rows true, columns predicted; a copy. `normalize` as in {@link confusionMatrix}. */
  matrix(normalize?: Normalize): number[][];
  /** The scores of the counts so far; `zeroDivision` (default 0) is what 0/0 yields in precision, recall and F1. */
  scores(zeroDivision?: number): ConfusionScores;
}

/**
 * Counts predictions as they come in, in memory that does not grow: a streaming confusion matrix.
 *
 * `update` with each batch, then read `matrix()` and `scores()`, at any time. Parts counted apart, such as in workers,
 * `merge` into the same counts as the whole. Unlike in {@link confusionMatrix}, the classes must be given and `labels` do
 * not select: a label that is not among them is an error, in whatever batch it comes.
 *
 * @param options `numClasses` or `labels`, one of them
 * @throws {@link ShapeError} from `update`, when the lengths differ; from `merge`, when a matrix has another size; from
 * `scores`, before the first sample
 * @throws {@link OptionError} when an option is unknown, when neither or both options are given or `labels` holds a class twice; from `update`, when
 * a label is not among the classes; from `merge`, when classes differ or a count is no whole number
 * @example
 * ```ts
 * import { confusionMatrixAccumulator } from 'mvsa-fusion/metrics';
 *
 * const seen = confusionMatrixAccumulator({ labels: ['positive', 'neutral', 'negative'] });
 * seen.update(['positive', 'neutral'], ['positive', 'negative']);
 * seen.update('negative', 'negative');
 * console.log(seen.matrix()); // [[1, 0, 0], [0, 0, 1], [0, 0, 1]]
 * console.log(seen.scores().macro.f1); // 0.556
 * ```
 */
export function confusionMatrixAccumulator(options: LabelOptions): ConfusionMatrixAccumulator {
  // Plain JavaScript may leave the options out.
  const { numClasses, labels } = options ?? {};
  checkOptionNames('confusionMatrixAccumulator', options ?? {}, LABEL_OPTIONS);
  if (numClasses === undefined && labels === undefined) {
    throw new OptionError(
      'Expected numClasses or labels, received neither. Classes must be known beforehand.',
    );
  }
  const kind = labels === undefined ? 'integer' : checkLabels('labels', labels);
  const classes = resolveClasses([], [], kind, options);
  const size = classes.length;
  const columns = new Map(classes.map((label, index) => [label, index]));
  const counts = new Float64Array(size * size);
  let samples = 0;

  // With numClasses, a label is its own index.
  const find = (label: string | number | undefined): number => {
    if (labels !== undefined) return columns.get(label as string | number) ?? -1;
    return Number.isInteger(label) && (label as number) < size ? (label as number) : -1;
  };
  const refuse = (place: string, label: unknown): never => {
    throw new OptionError(
      `${place}: expected one of ${showAll(classes)}, received ${show(label)}. ` +
        'Raise numClasses, add the class to labels, or correct the label.',
    );
  };
  const updateAll = (trueLabels: LabelArray, predictedLabels: LabelArray) => {
    checkArray('trueLabels', trueLabels);
    checkArray('predictedLabels', predictedLabels);
    if (trueLabels.length !== predictedLabels.length) {
      throw new ShapeError(
        `Expected as many predictedLabels as trueLabels, received ${predictedLabels.length} and ` +
          `${trueLabels.length}. Pass one prediction for each true label.`,
      );
    }
    const cells = new Int32Array(trueLabels.length);
    for (let sample = 0; sample < cells.length; sample++) {
      const [row, column] = [find(trueLabels[sample]), find(predictedLabels[sample])];
      if (row < 0) refuse(`trueLabels[${sample}]`, trueLabels[sample]);
      if (column < 0) refuse(`predictedLabels[${sample}]`, predictedLabels[sample]);
      cells[sample] = row * size + column;
    }
    for (const cell of cells) (counts[cell] as number)++;
    samples += cells.length;
  };
  const updateOne = (trueLabel: string | number, predictedLabel: string | number) => {
    const [row, column] = [find(trueLabel), find(predictedLabel)];
    if (row < 0) refuse('trueLabel', trueLabel);
    if (column < 0) refuse('predictedLabel', predictedLabel);
    (counts[row * size + column] as number)++;
    samples++;
  };
  const matrix = () => classes.map((_, row) => Array.from(counts.subarray(row * size, (row + 1) * size)));

  return {
    classes,
    get samples() {
      return samples;
    },
    update(trueLabels: LabelArray | string | number, predictedLabels: LabelArray | string | number) {
      if (isLabel(trueLabels) && isLabel(predictedLabels)) updateOne(trueLabels, predictedLabels);
      else updateAll(trueLabels as LabelArray, predictedLabels as LabelArray);
    },
    merge(other) {
      const added = Array.isArray(other)
        ? (other as readonly (readonly number[])[])
        : countsOfSameClasses(other as ConfusionMatrixAccumulator, classes);
      checkCounts(added, size);
      for (const [cell, count] of added.flat().entries()) {
        (counts[cell] as number) += count;
        samples += count;
      }
    },
    matrix: (normalize = null) => normalizeCounts(matrix(), normalize),
    scores: (zeroDivision = 0) => scoresOf(classes, matrix(), zeroDivision),
  };
}

function isLabel(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function scoresOf(
  classes: readonly (string | number)[],
  matrix: readonly (readonly number[])[],
  zeroDivision: number,
): ConfusionScores {
  checkZeroDivision(zeroDivision);
  // No class is left out, so the last row and column are empty.
  const counts = [...matrix.map((row) => [...row, 0]), new Array<number>(classes.length + 1).fill(0)];
  const tallies = classTallies({ classes, counts });
  const { correct, support: samples } = totalTally(tallies);
  if (samples === 0)
    throw new ShapeError('Expected at least one sample before scores(), received none. Call update.');
  return {
    samples,
    accuracy: correct / samples,
    balancedAccuracy: balancedAccuracy(tallies),
    cohenKappa: cohenKappa(matrix, null),
    matthewsCorrcoef: matthewsCorrelation({ classes, counts }),
    perClass: classScores(tallies, zeroDivision),
    macro: averageScores(tallies, 'macro', zeroDivision),
    micro: averageScores(tallies, 'micro', zeroDivision),
    weighted: averageScores(tallies, 'weighted', zeroDivision),
  };
}

function countsOfSameClasses(
  other: ConfusionMatrixAccumulator,
  classes: readonly (string | number)[],
): number[][] {
  checkArray('other', other?.classes);
  const isSame =
    other.classes.length === classes.length &&
    other.classes.every((label, index) => label === classes[index]);
  if (!isSame) {
    throw new OptionError(
      `other: expected the classes ${showAll(classes)}, received ${showAll(other.classes)}. ` +
        'Make both accumulators with the same options.',
    );
  }
  return other.matrix();
}

function checkCounts(counts: readonly (readonly number[])[], size: number): void {
  if (counts.length !== size || counts.some((row) => row?.length !== size)) {
    const lengths = counts.map((row) => row?.length);
    throw new ShapeError(
      `other: expected ${size} rows of ${size} counts, received ${counts.length} rows of lengths ${showAll(lengths)}.`,
    );
  }
  const wrong = counts.flat().find((count) => !Number.isSafeInteger(count) || count < 0);
  if (wrong !== undefined) {
    throw new OptionError(
      `other: expected whole numbers of at least 0, received ${show(wrong)}. Merge before normalizing.`,
    );
  }
}
