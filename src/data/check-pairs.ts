import { OptionError } from '../errors';
import { kindOf } from './kind-of';

/**
 * Refuses what plain JavaScript may pass in place of a list of posts, a data set above all.
 *
 * @param name what messages call the list
 * @throws {@link OptionError} when it is no array
 */
export function checkPairs(name: string, pairs: unknown): void {
  if (Array.isArray(pairs)) return;
  const isDataset =
    typeof pairs === 'object' && pairs !== null && 'pairs' in pairs && Array.isArray(pairs.pairs);
  throw new OptionError(
    `${name}: expected a list of posts, received ${isDataset ? 'a data set. Pass its pairs: dataset.pairs' : kindOf(pairs)}.`,
  );
}
