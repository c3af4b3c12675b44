import { duplicateKey } from '../text/duplicate-key';
import { groupBy } from './group-by';

/**
 * Finds the texts that are the same apart from URLs, white space and case.
 *
 * A text of which nothing is left is no duplicate of another.
 *
 * @returns lists of two or more indices into `posts`
 */
export function findSameTexts(posts: readonly { readonly text: string }[]): number[][] {
  const keys = posts.map(({ text }) => duplicateKey(text));
  return [...groupBy(keys.keys(), (index) => keys[index] || undefined).values()].filter(
    (group) => group.length > 1,
  );
}
