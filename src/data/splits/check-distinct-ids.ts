import { OptionError } from '../../errors';

/** @throws {@link OptionError} when an id stands twice: splits and groups are kept by id. */
export function checkDistinctIds(pairs: readonly { readonly id: string }[]): void {
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
