import { DataError } from '../../errors';

/** A post that is left out, of a data set, of examples or of a comparison, because a file of it cannot be used. */
export interface SkippedPost {
  /** The post's id. */
  readonly id: string;
  /** What is wrong, such as `'no image file'`; of a file that is no usable image, its real type: `'not an image (html)'`. */
  readonly reason: string;
}

/** Reasons that a message lists. */
const LISTED = 5;

/**
 * Refuses a data set of which too much is unusable: usually a broken download, or a wrong column.
 *
 * @param place the directory or file
 * @param skipped what cannot be used
 * @param all how many posts there are, usable or not
 * @param words what the posts are called, and what to do
 * @throws {@link DataError} when more than the share `maxSkippedShare` is skipped: lists the reasons
 */
export function checkSkipped(
  place: string,
  skipped: readonly SkippedPost[],
  all: number,
  maxSkippedShare: number,
  words: { readonly posts: string; readonly advice: string },
): void {
  if (skipped.length <= all * maxSkippedShare) return;
  const byReason = new Map<string, string[]>();
  for (const { id, reason } of skipped) {
    const ids = byReason.get(reason);
    if (ids) ids.push(id);
    else byReason.set(reason, [id]);
  }
  const reasons = [...byReason].map(
    ([reason, ids]) =>
      `${ids.length} x ${reason} (${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', ...' : ''})`,
  );
  const more = reasons.length > LISTED ? `; and ${reasons.length - LISTED} other reasons` : '';
  const share = (value: number) => `${(100 * value).toFixed(1)}%`;
  throw new DataError(
    `${place}: expected at most ${share(maxSkippedShare)} of the ${all} ${words.posts} to be unusable, ` +
      `received ${skipped.length} (${share(skipped.length / all)}): ${reasons.slice(0, LISTED).join('; ')}${more}. ` +
      `${words.advice}; in code, a higher maxSkippedShare goes on without these posts.`,
  );
}
