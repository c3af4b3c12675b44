import { OptionError } from '../../errors';
import { kindOf } from '../kind-of';
import type { MvsaPair } from '../mvsa/mvsa-dataset';
import { DisjointSets } from './disjoint-sets';
import type { DuplicateGroups } from './duplicate-groups';
import { findSameImagesSync } from './same-images';
import { findSameTexts } from './same-texts';

/**
 * Groups pairs that a split must keep together; a pair without a duplicate is a group of its own.
 *
 * @param groupDuplicates `true` looks at texts and image bytes; groups that were found before are taken as they are
 * @returns lists of indices into `pairs`, each index once
 * @throws {@link OptionError} when `groupDuplicates` is something else, such as a promise of groups
 */
export function groupPairs(
  pairs: readonly MvsaPair[],
  groupDuplicates: boolean | Pick<DuplicateGroups, 'groups'>,
): number[][] {
  const sets = new DisjointSets(pairs.length);
  if (groupDuplicates === true) {
    sets.joinAll(findSameTexts(pairs));
    sets.joinAll(findSameImagesSync(pairs));
  } else if (groupDuplicates !== false) {
    if (!Array.isArray((groupDuplicates as { readonly groups?: unknown } | null)?.groups)) {
      throw new OptionError(
        `groupDuplicates: expected true, false or the result of findDuplicates, received ${kindOf(groupDuplicates)}.`,
      );
    }
    const indexOfId = new Map(pairs.map(({ id }, index) => [id, index]));
    // Posts of the groups that are not among these pairs have no part in this split.
    sets.joinAll(groupDuplicates.groups.map(({ ids }) => ids.flatMap((id) => indexOfId.get(id) ?? [])));
  }
  return sets.sets();
}
