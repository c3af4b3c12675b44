import { OptionError } from '../../errors';
import { checkOptionNames, kindOf } from '../../options/check-option-names';
import { createRandom, type Random } from '../../random';
import { checkPairs } from '../mvsa/mvsa-dataset';
import { classNamesOf } from '../posts/class-names';
import type { LabelledPost } from '../posts/post';
import { apportion } from './apportion';
import type { DuplicateGroups } from './duplicates/duplicate-groups';
import { findSameImagesSync, findSameTexts } from './duplicates/same-posts';
import { DisjointSets, groupBy } from './grouping';

/** How pairs are dealt out to the parts of a split. */
export interface AssignPartsOptions {
  /**
   * Whether every part holds the classes in the same proportions.
   * @defaultValue `true`
   */
  readonly stratify?: boolean;
  /**
   * Seeds the assignment, a whole number: the same pairs, options and seed give the same parts.
   * @defaultValue `0`
   */
  readonly seed?: number;
  /**
   * Which posts stay together. `true`: those of the same text (apart from URLs, white space and case) or the same image
   * file, byte for byte; files of equal size are read for it, and one that cannot be read is unlike any other. The result of
   * `findDuplicates`: its groups, which know near images too. `false`: each post goes alone.
   * @defaultValue `true`
   */
  readonly groupDuplicates?: boolean | Pick<DuplicateGroups, 'groups'>;
  /**
   * Whether a part may hold no post of some class; otherwise that is an error.
   * @defaultValue `false`
   */
  readonly allowMissingClasses?: boolean;
  /**
   * The classes that every part must hold.
   * @defaultValue those of the posts
   */
  readonly classNames?: readonly string[];
}

/** Every option of {@link AssignPartsOptions}. */
export const ASSIGN_PARTS_OPTION_NAMES: Readonly<Record<keyof AssignPartsOptions, true>> = {
  stratify: true,
  seed: true,
  groupDuplicates: true,
  allowMissingClasses: true,
  classNames: true,
};

/**
 * Deals pairs out to parts of given shares.
 *
 * @param ratios share of each part; they sum to 1
 * @returns the part of each pair, from 0
 */
export function assignParts(
  pairs: readonly LabelledPost[],
  ratios: readonly number[],
  { stratify = true, seed = 0, groupDuplicates = true }: AssignPartsOptions,
): Int32Array {
  if (!Number.isInteger(seed)) throw new OptionError(`seed: expected a whole number, received ${seed}.`);
  checkDistinctIds(pairs);
  checkLabels(pairs);
  const random = createRandom(seed);

  // Places that each part still has for each stratum.
  const strata = [...groupBy(pairs.keys(), (index) => (stratify ? pairs[index]?.label : 'all')).values()];
  const table = apportion(
    strata.map(({ length }) => length),
    ratios,
  );
  const places: number[][] = [];
  for (const [row, indices] of strata.entries()) {
    for (const index of indices) places[index] = table[row] as number[];
  }

  const parts = new Int32Array(pairs.length);
  // Groups choose first, largest first, while there is room; single posts then fill what is left.
  const groups = random.shuffle(groupPairs(pairs, groupDuplicates));
  groups.sort((a, b) => b.length - a.length);
  for (const group of groups) {
    const rows = group.map((index) => places[index] as number[]);
    const part = choosePart(rows, ratios, random);
    for (const index of group) parts[index] = part;
    for (const row of rows) (row[part] as number)--;
  }
  return parts;
}

/**
 * Picks a part with room for the whole group, in proportion to that room; without any, the one with most room.
 *
 * @param rows for each post of the group the places that its stratum has in each part
 */
function choosePart(rows: readonly number[][], ratios: readonly number[], random: Random): number {
  const needed = [...groupBy(rows, (row) => row)].map(([row, posts]) => ({ row, count: posts.length }));
  const weights = ratios.map((_, part) =>
    needed.every(({ row, count }) => (row[part] as number) >= count)
      ? needed.reduce((sum, { row }) => sum + (row[part] as number), 0)
      : 0,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) {
    const spare = ratios.map((ratio, part) =>
      ratio === 0 ? -Infinity : rows.reduce((sum, row) => sum + (row[part] as number), 0),
    );
    return spare.indexOf(Math.max(...spare));
  }
  let ticket = random.integer(total);
  return weights.findIndex((weight) => {
    ticket -= weight;
    return ticket < 0;
  });
}

/**
 * Groups pairs that a split must keep together; a pair without a duplicate is a group of its own.
 *
 * @param groupDuplicates `true` looks at texts and image bytes; groups that were found before are taken as they are
 * @returns lists of indices into `pairs`, each index once
 * @throws {@link OptionError} when `groupDuplicates` is something else, such as a promise of groups
 */
function groupPairs(
  pairs: readonly LabelledPost[],
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

function checkLabels(pairs: readonly LabelledPost[]): void {
  const without = pairs.find(({ label }) => typeof label !== 'string');
  if (without === undefined) return;
  throw new OptionError(`pairs: expected posts with labels, received post "${without.id}" without one.`);
}

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

/**
 * Checks that each part of a split that holds posts holds posts of every class, before time is spent on training.
 *
 * Without a class in training nothing learns it; without it in validation or test its recall and F1 are 0/0. `splitPairs` and
 * `kFoldPairs` call it themselves; call it for a split that was read from files.
 *
 * @param split the parts by name, such as the result of `splitPairs` or `readSplit`; an empty part is passed over
 * @param options the classes there are: `classNames` of the data set; without them those of the split's posts, of which a class that no
 *   part holds is none
 * @throws {@link OptionError} that names the class and the part, and says what to do.
 * @example
 * ```ts
 * import { checkSplitClasses, openMvsa, readSplit } from 'mvsa-fusion/data';
 *
 * const dataset = await openMvsa('./MVSA_Single');
 * const { train, validation } = await readSplit(dataset, 'clmlf-fold-1');
 * checkSplitClasses({ train, validation }, { classNames: dataset.classNames });
 * ```
 */
export function checkSplitClasses(
  split: Readonly<Record<string, readonly { readonly label: string }[]>>,
  options: { readonly classNames?: readonly string[] } = {},
): void {
  checkOptionNames('checkSplitClasses', options, { classNames: true });
  refuseMissingClasses(split, options.classNames, 'choose another split or label rule');
}

/**
 * Does what {@link checkSplitClasses} does, for those who know another way out.
 *
 * @param classNames the classes there are; those of the posts when undefined
 * @param wayOut what a caller who wants such a split can do, for the message
 */
export function refuseMissingClasses(
  split: Readonly<Record<string, readonly { readonly label: string }[]>>,
  classNames: readonly string[] | undefined,
  wayOut: string,
): void {
  const parts = Object.entries(split);
  const all = parts.flatMap(([, posts]) => posts.map(({ label }) => label));
  const expected = classNames ?? classNamesOf(all);
  for (const [name, posts] of parts) {
    if (posts.length === 0) continue;
    const present = new Set(posts.map(({ label }) => label));
    const absent = expected.find((label) => !present.has(label));
    if (absent === undefined) continue;
    const elsewhere = all.filter((label) => label === absent).length;
    throw new OptionError(
      `${name}: expected posts of every class, received ${posts.length} posts, none of them ${absent}` +
        (elsewhere > 0
          ? ` (${elsewhere} elsewhere). Stratify, give ${name} a larger share, or ${wayOut}.`
          : `${parts.length > 1 ? ', as in the other parts' : ''}. Add posts of that class, or ${wayOut}.`),
    );
  }
}
