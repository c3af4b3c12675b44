import { DataError } from '../../errors';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../types';
import type { LabelRule } from '../mvsa/label-rule';

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
