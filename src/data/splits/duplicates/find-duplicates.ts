import { OptionError } from '../../../errors';
import { checkOptionNames } from '../../../options/check-option-names';
import { NEAR_DUPLICATE_DISTANCE } from '../../images/perceptual-hash';
import type { Post } from '../../posts/post';
import { checkDistinctIds } from '../assign-parts';
import { DisjointSets } from '../grouping';
import {
  type DuplicateGroup,
  type DuplicateGroups,
  type DuplicateRelation,
  FIND_DUPLICATES_OPTION_NAMES,
  type FindDuplicatesOptions,
} from './duplicate-groups';
import { findNearImages } from './near-images';
import { findSameImages, findSameTexts, type SameImages } from './same-posts';

/**
 * Finds posts that repeat others: the same text, the same image file, or an image that looks the same.
 *
 * Texts are compared without URLs, white space and case; one that is empty then, or missing, is no duplicate, and neither is a missing
 * image. Posts are joined over any
 * number of links, so that a split which keeps the groups together has no duplicate on two sides.
 *
 * @param pairs the posts, each id once
 * @returns groups and sets of ids, each in the order of `pairs`. An image that is no file, or cannot be read or decoded, is listed
 *   in `uncompared` and counts as unlike any other.
 * @throws {@link OptionError} for an unknown option, an option out of range or a repeated id.
 * @throws {@link DependencyError} when images are to be decoded and the optional package sharp is absent or broken.
 * @throws the signal's reason when it stops the search.
 * @example
 * ```ts
 * import { findDuplicates, openMvsa, splitPairs } from 'mvsa-fusion/data';
 *
 * const { pairs } = await openMvsa('./MVSA_Single');
 * const groupDuplicates = await findDuplicates(pairs);
 * const split = splitPairs(pairs, { ratios: [0.7, 0.15, 0.15], groupDuplicates });
 * console.log(groupDuplicates.sameText, groupDuplicates.nearImage, split.test.length);
 * ```
 */
export async function findDuplicates(
  pairs: readonly (Post & { readonly id: string })[],
  options: FindDuplicatesOptions = {},
): Promise<DuplicateGroups> {
  checkOptionNames('findDuplicates', options, FIND_DUPLICATES_OPTION_NAMES);
  const { images = 'near', maxHashDistance = NEAR_DUPLICATE_DISTANCE, signal } = options;
  checkOptions(images, maxHashDistance);
  checkDistinctIds(pairs);
  signal?.throwIfAborted();

  const none: SameImages = { sets: [], problems: new Map() };
  const texts = findSameTexts(pairs);
  const same = images === 'none' ? none : await findSameImages(pairs, signal);
  const near = images === 'near' ? await findNearImages(pairs, same, maxHashDistance, options) : none;

  const all = new DisjointSets(pairs.length);
  for (const sets of [texts, same.sets, near.sets]) all.joinAll(sets);
  const relations: [DuplicateRelation, Set<number>][] = [
    ['text', new Set(texts.flat())],
    ['image', new Set(same.sets.flat())],
    ['near-image', new Set(near.sets.flat())],
  ];
  const idOf = (index: number) => (pairs[index] as { readonly id: string }).id;
  const groups = all.sets(2).map((group): DuplicateGroup => {
    const links = relations.filter(([, posts]) => group.some((index) => posts.has(index)));
    return { ids: group.map(idOf), relations: links.map(([relation]) => relation) };
  });
  const problems = [...same.problems, ...near.problems].sort(([a], [b]) => a - b);
  return {
    groups,
    texts: texts.map((set) => set.map(idOf)),
    images: same.sets.map((set) => set.map(idOf)),
    nearImages: near.sets.map((set) => set.map(idOf)),
    sameText: texts.flat().length,
    sameImage: same.sets.flat().length,
    nearImage: images === 'near' ? near.sets.flat().length : null,
    uncompared: problems.map(([index, reason]) => ({ id: idOf(index), reason })),
    maxHashDistance: images === 'near' ? maxHashDistance : null,
  };
}

function checkOptions(images: string, maxHashDistance: number): void {
  if (!['none', 'bytes', 'near'].includes(images)) {
    throw new OptionError(`images: expected 'none', 'bytes' or 'near', received '${images}'.`);
  }
  if (!Number.isInteger(maxHashDistance) || maxHashDistance < 0 || maxHashDistance > 16) {
    throw new OptionError(
      `maxHashDistance: expected a whole number of bits from 0 to 16, received ${maxHashDistance}.`,
    );
  }
}
