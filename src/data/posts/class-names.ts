import { DataError } from '../../errors';
import { SENTIMENT_LABELS } from '../../types';

/**
 * The classes of labelled posts, each once: positive, neutral and negative in this order where there are no others, else by code unit.
 *
 * @param labels the posts' labels
 */
export function classNamesOf(labels: Iterable<string>): string[] {
  const found = new Set(labels);
  const ofSentiment: readonly string[] = SENTIMENT_LABELS.filter((label) => found.has(label));
  return ofSentiment.length === found.size ? [...ofSentiment] : [...found].sort();
}

/**
 * Refuses labels that are one class written in two ways: a model would learn them as two.
 *
 * @param place the file, for the message
 * @param labels the posts' labels
 * @throws {@link DataError} naming two labels that differ in case or white space alone, and how often each stands
 */
export function checkLabelSpelling(place: string, labels: Iterable<string>): void {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const written = new Map<string, string>();
  for (const [label, posts] of counts) {
    const key = label.toLowerCase().replace(/\s+/g, '');
    const other = written.get(key);
    if (other !== undefined) {
      throw new DataError(
        `${place}: expected one spelling of each label, received ${JSON.stringify(other)} (${counts.get(other)} x) and ` +
          `${JSON.stringify(label)} (${posts} x). Write them alike.`,
      );
    }
    written.set(key, label);
  }
}
