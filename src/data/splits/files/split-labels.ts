import { DataError, OptionError } from '../../../errors';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../../types';
import type { LabelRule } from '../../mvsa/label-rule';

/** The names of the label codes 0, 1 and 2 of a file. */
export type LabelCodes = readonly [SentimentLabel, SentimentLabel, SentimentLabel];

/** Codes in lists of objects with `emotion_label`: 0 positive, 1 neutral, 2 negative. */
export const OBJECT_LABEL_CODES: LabelCodes = ['positive', 'neutral', 'negative'];

/** Codes in pair lists: 0 neutral, 1 positive, 2 negative. */
export const PAIR_LIST_LABEL_CODES: LabelCodes = ['neutral', 'positive', 'negative'];

/** @throws {@link OptionError} unless the codes name each class once */
export function checkLabelCodes(codes: LabelCodes): void {
  if (codes.length !== 3 || !SENTIMENT_LABELS.every((label) => codes.includes(label))) {
    throw new OptionError(
      `labelCodes: expected the names of the codes 0, 1 and 2, each of ${SENTIMENT_LABELS.join(', ')} once, received [${codes.join(', ')}].`,
    );
  }
}

/** Whether a label as written is a code, so that it depends on an order of codes. */
export function isLabelCode(written: string | number | null): boolean {
  return /^[012]$/.test(String(written));
}

/**
 * The label that a file means: a name, or a code by `codes`.
 *
 * @param place file and line, for the error
 */
export function decodeLabel(written: string | number, codes: LabelCodes, place: string): SentimentLabel {
  if ((SENTIMENT_LABELS as readonly unknown[]).includes(written)) return written as SentimentLabel;
  const label = isLabelCode(written) ? codes[Number(written)] : undefined;
  if (label === undefined) {
    throw new DataError(
      `${place}: expected a label, 0, 1, 2 or one of ${SENTIMENT_LABELS.join(', ')}, received ${JSON.stringify(written)}.`,
    );
  }
  return label;
}

/** A post whose label in a split file differs from its label in the data set. */
export interface LabelMismatch {
  /** The post's id. */
  readonly id: string;
  /** Its label in the split file. */
  readonly fileLabel: SentimentLabel;
  /** Its label by the data set's rule. */
  readonly datasetLabel: SentimentLabel;
}

/** Every order of the names of codes. */
const ORDERS: readonly (readonly SentimentLabel[])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].map((order) => order.map((index) => SENTIMENT_LABELS[index] as SentimentLabel));

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
    labelRule,
    maxShare,
  }: {
    readonly files: readonly string[];
    /** The names by which codes were read; null where the files give names. */
    readonly codes: readonly SentimentLabel[] | null;
    readonly labelRule: LabelRule;
    readonly maxShare: number;
  },
): LabelMismatch[] {
  const mismatches = labels.filter(({ fileLabel, datasetLabel }) => fileLabel !== datasetLabel);
  const [first] = mismatches;
  if (first === undefined || mismatches.length <= labels.length * maxShare) return mismatches;

  const order = codes && bestOrder(labels, codes);
  const advice =
    order && order.differing <= labels.length * maxShare
      ? `With labelCodes: [${order.names.map((label) => `'${label}'`).join(', ')}] only ${order.differing} would differ.`
      : `${codes ? 'No order of labelCodes fits. ' : ''}The files may be of another label rule than ${labelRule}, or their numbers may be no ids.`;
  throw new DataError(
    `${files.join(', ')}: expected the labels of the data set, received other labels for ${mismatches.length} of ${labels.length} posts, ` +
      `such as id "${first.id}", ${first.fileLabel} in the file and ${first.datasetLabel} in the data set. ${advice}`,
  );
}

/** The order of codes with which the fewest labels differ. */
function bestOrder(labels: readonly LabelMismatch[], codes: readonly SentimentLabel[]) {
  const orders = ORDERS.map((names) => ({
    names,
    differing: labels.filter(
      ({ fileLabel, datasetLabel }) => names[codes.indexOf(fileLabel)] !== datasetLabel,
    ).length,
  }));
  return orders.reduce((best, order) => (order.differing < best.differing ? order : best));
}
