import { DataError, OptionError } from '../../../errors';
import { SENTIMENT_LABELS } from '../../../types';
import type { LabelRule } from '../../mvsa/label-rule';

/** The names of the label codes 0, 1, 2 and so on of a file: each class once. */
export type LabelCodes = readonly string[];

/** Codes in pair lists: of MVSA's 0 neutral, 1 positive, 2 negative; of others the classes in their order. */
export function pairListCodes(classNames: readonly string[]): LabelCodes {
  return classNames.join() === SENTIMENT_LABELS.join() ? ['neutral', 'positive', 'negative'] : classNames;
}

/** @throws {@link OptionError} unless the codes name each class once */
export function checkLabelCodes(codes: LabelCodes, classNames: readonly string[]): void {
  if (codes.length !== classNames.length || !classNames.every((label) => codes.includes(label))) {
    throw new OptionError(
      `labelCodes: expected the names of the codes ${codesOf(classNames)}, each of ${classNames.join(', ')} once, received [${codes.join(', ')}].`,
    );
  }
}

/** The codes of some classes, as a message lists them: `0, 1 and 2`. */
function codesOf(classNames: readonly string[]): string {
  return [...classNames.keys()].join(', ').replace(/, (\d+)$/, ' and $1');
}

/** Whether a label as written is a code, so that it depends on an order of codes. */
export function isLabelCode(written: string | number | null, classNames: readonly string[]): boolean {
  return (
    !classNames.includes(String(written)) &&
    /^\d+$/.test(String(written)) &&
    Number(written) < classNames.length
  );
}

/**
 * The label that a file means: a name, or a code by `codes`.
 *
 * @param place file and line, for the error
 */
export function decodeLabel(
  written: string | number,
  codes: LabelCodes,
  classNames: readonly string[],
  place: string,
): string {
  if (classNames.includes(String(written))) return String(written);
  const label = isLabelCode(written, classNames) ? codes[Number(written)] : undefined;
  if (label === undefined) {
    throw new DataError(
      `${place}: expected a label, ${[...codes.keys()].join(', ')} or one of ${classNames.join(', ')}, received ${JSON.stringify(written)}.`,
    );
  }
  return label;
}

/** A post whose label in a split file differs from its label in the data set. */
export interface LabelMismatch {
  /** The post's id. */
  readonly id: string;
  /** Its label in the split file. */
  readonly fileLabel: string;
  /** Its label by the data set's rule. */
  readonly datasetLabel: string;
}

/** The most classes of which every order is tried: 120 orders. */
const MOST_ORDERED = 5;

/** Every order of some names. */
function ordersOf(names: readonly string[]): string[][] {
  if (names.length === 0) return [[]];
  return names.flatMap((name) =>
    ordersOf(names.filter((other) => other !== name)).map((rest) => [name, ...rest]),
  );
}

/**
 * Compares the labels of split files with those of the data set.
 *
 * @param labels file's and data set's label of each post for which the files give one
 * @returns the posts on which they differ
 * @throws {@link DataError} when more than a share of `maxShare` differ: names the order of codes that fits best
 */
export function compareLabels(
  labels: readonly LabelMismatch[],
  {
    files,
    codes,
    classNames,
    labelRule,
    maxShare,
  }: {
    readonly files: readonly string[];
    /** The names by which codes were read; null where the files give names. */
    readonly codes: readonly string[] | null;
    readonly classNames: readonly string[];
    /** The rule of an MVSA data set; posts of one's own have none. */
    readonly labelRule: LabelRule | undefined;
    readonly maxShare: number;
  },
): LabelMismatch[] {
  const mismatches = labels.filter(({ fileLabel, datasetLabel }) => fileLabel !== datasetLabel);
  const [first] = mismatches;
  if (first === undefined || mismatches.length <= labels.length * maxShare) return mismatches;

  const order = codes && bestOrder(labels, codes, classNames);
  const advice =
    order && order.differing <= labels.length * maxShare
      ? `With labelCodes: [${order.names.map((label) => `'${label}'`).join(', ')}] only ${order.differing} would differ.`
      : `${order ? 'No order of labelCodes fits. ' : ''}The files may be of ${labelRule === undefined ? 'other posts' : `another label rule than ${labelRule}`}, or their numbers may be no ids.`;
  throw new DataError(
    `${files.join(', ')}: expected the labels of the data set, received other labels for ${mismatches.length} of ${labels.length} posts, ` +
      `such as id "${first.id}", ${first.fileLabel} in the file and ${first.datasetLabel} in the data set. ${advice}`,
  );
}

/** The order of codes with which the fewest labels differ; null for more classes than can be tried. */
function bestOrder(
  labels: readonly LabelMismatch[],
  codes: readonly string[],
  classNames: readonly string[],
) {
  if (classNames.length > MOST_ORDERED) return null;
  const orders = ordersOf(classNames).map((names) => ({
    names,
    differing: labels.filter(
      ({ fileLabel, datasetLabel }) => names[codes.indexOf(fileLabel)] !== datasetLabel,
    ).length,
  }));
  return orders.reduce((best, order) => (order.differing < best.differing ? order : best));
}
