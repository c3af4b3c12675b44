import { OptionError } from '../../errors';
import { checkPairs } from '../check-pairs';

/** @throws {@link OptionError} when `pairs` is no list, or an id stands twice: splits and groups are kept by id. */
export function checkDistinctIds(pairs: readonly { readonly id: string }[]): void {
  checkPairs('pairs', pairs);
  const seen = new Set<string>();
  for (const { id } of pairs) {
    if (seen.has(id)) {
      throw new OptionError(
        `pairs: expected each id once, received "${id}" twice. Split first, and repeat posts of the training part alone.`,
      );
    }
    seen.add(id);
  }
}
