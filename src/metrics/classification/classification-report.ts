import { OptionError, ShapeError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { countLabels, type LabelArray, type LabelCounts, show, showAll } from '../labels';
import { accuracyScore } from './accuracy-score';
import {
  type Average,
  type AverageScores,
  averageScores,
  checkZeroDivision,
  classTallies,
  SCORE_OPTIONS,
  type ScoreOptions,
  scoreTally,
  totalTally,
} from './class-scores';

/** Options of {@link classificationReport}. */
export interface ClassificationReportOptions extends ScoreOptions {
  /**
   * The name to print for each class, in the order of the classes.
   * @defaultValue the classes themselves
   */
  readonly targetNames?: readonly string[];
  /**
   * Decimals of each score, an integer in [0, 100].
   * @defaultValue `2`
   */
  readonly digits?: number;
}

/**
 * A table as text: a row with precision, recall, F1 and support for each class, then their averages.
 *
 * The same text as scikit-learn's `classification_report`. The line `accuracy` becomes `micro avg` when `labels` leaves
 * out a class that occurs, because the two then differ.
 *
 * @param trueLabels [samples]
 * @param predictedLabels [samples]
 * @throws {@link ShapeError} when there are no samples, or when the lengths differ or those of classes and `targetNames`
 * @throws {@link OptionError} when an option is unknown, when a label is no name or integer or is out of range, when names meet integers, when
 * `labels` holds a class twice, or when `digits` or `zeroDivision` has no such value
 * @example
 * ```ts
 * import { classificationReport } from 'mvsa-fusion/metrics';
 *
 * const targetNames = ['positive', 'neutral', 'negative'];
 * console.log(classificationReport([0, 0, 1, 2], [0, 1, 1, 1], { numClasses: 3, targetNames }));
 * //               precision    recall  f1-score   support
 * //
 * //     positive       1.00      0.50      0.67         2
 * //      neutral       0.33      1.00      0.50         1
 * //     negative       0.00      0.00      0.00         1
 * //
 * //     accuracy                           0.50         4
 * //    macro avg       0.44      0.50      0.39         4
 * // weighted avg       0.58      0.50      0.46         4
 * ```
 */
export function classificationReport(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: ClassificationReportOptions = {},
): string {
  checkOptionNames('classificationReport', options, { ...SCORE_OPTIONS, targetNames: true, digits: true });
  const { digits = 2, zeroDivision = 0 } = options;
  checkDigits(digits);
  checkZeroDivision(zeroDivision);
  const counted = countLabels(trueLabels, predictedLabels, options);
  const names = options.targetNames ?? counted.classes.map(String);
  checkNames(names, counted.classes);

  const tallies = classTallies(counted);
  const total = totalTally(tallies);
  // scikit-learn counts in floats when no prediction at all is right, and then prints a support of 3 as 3.0.
  const supportDecimals = accuracyScore(trueLabels, predictedLabels) === 0 ? 1 : 0;
  const width = Math.max('weighted avg'.length, digits, ...names.map(countCharacters));
  const line = (name: string, cells: readonly string[]) =>
    `${padStart(name, width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}\n`;
  const scoreLine = (name: string, { precision, recall, f1 }: AverageScores, support: number) => {
    const scores = [precision, recall, f1].map((score) => formatFixed(score, digits));
    return line(name, [...scores, support.toFixed(supportDecimals)]);
  };
  const averageLine = (average: Average) =>
    scoreLine(`${average} avg`, averageScores(tallies, average, zeroDivision), total.support);
  const accuracyLine = () => {
    const { f1 } = scoreTally(total, zeroDivision);
    return line('accuracy', ['', '', formatFixed(f1, digits), total.support.toFixed(supportDecimals)]);
  };

  const head = line('', ['precision', 'recall', 'f1-score', 'support']);
  const classLines = tallies.map((tally, index) =>
    scoreLine(names[index] as string, scoreTally(tally, zeroDivision), tally.support),
  );
  const first = isComplete(counted) ? accuracyLine() : averageLine('micro');
  return `${head}\n${classLines.join('')}\n${first}${averageLine('macro')}${averageLine('weighted')}`;
}

/** Whether every true and predicted label is among the classes. */
function isComplete({ counts }: LabelCounts): boolean {
  return counts.every((row) => row.at(-1) === 0) && counts.at(-1)?.every((count) => count === 0) === true;
}

/** Counts characters as Python does; the length of a JavaScript string counts an emoji twice. */
function countCharacters(text: string): number {
  return [...text].length;
}

function padStart(text: string, width: number): string {
  return ' '.repeat(width - countCharacters(text)) + text;
}

function checkDigits(digits: number): void {
  if (!Number.isInteger(digits) || digits < 0 || digits > 100) {
    throw new OptionError(`digits: expected an integer from 0 to 100, received ${show(digits)}.`);
  }
}

function checkNames(names: readonly string[], classes: readonly (string | number)[]): void {
  if (names.length !== classes.length) {
    throw new ShapeError(
      `targetNames: expected one name for each of the ${classes.length} classes ${showAll(classes)}, ` +
        `received ${showAll(names)}. Name them all, or choose the classes with labels or numClasses.`,
    );
  }
}

/**
 * A number with a fixed count of decimals, as Python formats it.
 *
 * JavaScript rounds a tie away from zero, Python to the even digit: 0.125 is 0.13 here and 0.12 there. A number in
 * binary is a tie at d decimals exactly when it is an odd multiple of 2^-(d + 1).
 *
 * @param value at least 0, or NaN
 */
function formatFixed(value: number, decimals: number): string {
  if (Number.isNaN(value)) return 'nan';
  const text = value.toFixed(decimals);
  const isTie = (value * 2 ** (decimals + 1)) % 2 === 1;
  const isOdd = Number(text.at(-1)) % 2 === 1;
  return isTie && isOdd ? (value * (1 - Number.EPSILON)).toFixed(decimals) : text;
}
