import { DataError, OptionError } from '../../errors';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../types';

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
