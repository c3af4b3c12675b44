import { OptionError } from '../../errors';
import { createRandom, type Random } from '../../random';
import type { MvsaPair } from '../mvsa/mvsa-dataset';
import { apportion } from './apportion';
import { checkDistinctIds } from './check-distinct-ids';
import type { DuplicateGroups } from './duplicate-groups';
import { groupBy } from './group-by';
import { groupPairs } from './group-pairs';

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
}

/** Every option of {@link AssignPartsOptions}. */
export const ASSIGN_PARTS_OPTION_NAMES: Readonly<Record<keyof AssignPartsOptions, true>> = {
  stratify: true,
  seed: true,
  groupDuplicates: true,
  allowMissingClasses: true,
};

/**
 * Deals pairs out to parts of given shares.
 *
 * @param ratios share of each part; they sum to 1
 * @returns the part of each pair, from 0
 */
export function assignParts(
  pairs: readonly MvsaPair[],
  ratios: readonly number[],
  { stratify = true, seed = 0, groupDuplicates = true }: AssignPartsOptions,
): Int32Array {
  if (!Number.isInteger(seed)) throw new OptionError(`seed: expected a whole number, received ${seed}.`);
  checkDistinctIds(pairs);
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
