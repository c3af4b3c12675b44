import { OptionError } from '../errors';
import { createRandom, type Random } from '../random';
import type { MvsaPair } from './mvsa-dataset';
import { normalizeText } from './normalize-text';

/** The pairs of a data set, divided for training. */
export interface PairSplits {
  /** Posts to learn from. */
  readonly train: MvsaPair[];
  /** Posts to choose by. */
  readonly validation: MvsaPair[];
  /** Posts to report on. */
  readonly test: MvsaPair[];
}

/** Options of {@link splitPairs}. */
export interface SplitPairsOptions {
  /** Shares of train, validation and test: three numbers of at least 0 that sum to 1. */
  readonly ratios: readonly [train: number, validation: number, test: number];
  /**
   * Whether every split holds the classes in the same proportions.
   * @defaultValue `true`
   */
  readonly stratify?: boolean;
  /**
   * Seeds the assignment: the same pairs, options and seed give the same splits.
   * @defaultValue `0`
   */
  readonly seed?: number;
  /**
   * Whether posts with the same text (apart from white space, case and URLs) stay in one split.
   * @defaultValue `true`
   */
  readonly groupDuplicates?: boolean;
}

/**
 * Splits pairs into train, validation and test, at random but repeatably.
 *
 * The size of each split is rounded by largest remainder, per class if stratified. Posts of one text stay together by
 * default, so that no test post was seen in training; a large such group can shift the sizes by a few posts.
 *
 * @returns three lists that hold each pair once, each in the order of `pairs`
 * @throws {@link OptionError} when the ratios are negative or do not sum to 1
 * @example
 * ```ts
 * import { openMvsa, splitPairs } from 'mvsa-fusion/data';
 *
 * const { pairs } = await openMvsa('./MVSA_Single');
 * const { train, validation, test } = splitPairs(pairs, { ratios: [0.7, 0.15, 0.15], seed: 7 });
 * console.log(train.length, validation.length, test.length);
 * ```
 */
export function splitPairs(pairs: readonly MvsaPair[], options: SplitPairsOptions): PairSplits {
  const { ratios, stratify = true, seed = 0, groupDuplicates = true } = options;
  checkRatios(ratios);
  const random = createRandom(seed);
  const stratumOf = (pair: MvsaPair) => (stratify ? pair.label : 'all');

  // How many pairs of each stratum every split still takes.
  const room = new Map<string, number[]>();
  for (const [stratum, size] of countBy(pairs, stratumOf)) room.set(stratum, apportion(size, ratios));
  const roomOf = (pair: MvsaPair) => room.get(stratumOf(pair)) as number[];

  const splitOf = new Map<MvsaPair, number>();
  const assign = (pair: MvsaPair, split: number) => {
    splitOf.set(pair, split);
    (roomOf(pair)[split] as number)--;
  };

  // Groups choose first, largest first, while there is room; single posts then fill what is left.
  const groups = random.shuffle(groupDuplicates ? groupByText(pairs) : pairs.map((pair) => [pair]));
  groups.sort((a, b) => b.length - a.length);
  for (const group of groups) {
    const split = chooseSplit(group, ratios, roomOf, random);
    for (const pair of group) assign(pair, split);
  }

  const inSplit = (split: number) => pairs.filter((pair) => splitOf.get(pair) === split);
  return { train: inSplit(0), validation: inSplit(1), test: inSplit(2) };
}

/** Picks a split with room for the whole group, in proportion to that room; without any, the one with most room. */
function chooseSplit(
  group: readonly MvsaPair[],
  ratios: readonly number[],
  roomOf: (pair: MvsaPair) => number[],
  random: Random,
): number {
  const needed = countBy(group, roomOf);
  const weights = ratios.map((_, split) => {
    const rooms = [...needed].map(([room, count]) => ({ room: room[split] as number, count }));
    return rooms.every(({ room, count }) => room >= count)
      ? rooms.reduce((sum, { room }) => sum + room, 0)
      : 0;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) {
    const spare = ratios.map((ratio, split) =>
      ratio === 0 ? -Infinity : group.reduce((sum, pair) => sum + (roomOf(pair)[split] as number), 0),
    );
    return spare.indexOf(Math.max(...spare));
  }
  let ticket = random.integer(total);
  return weights.findIndex((weight) => {
    ticket -= weight;
    return ticket < 0;
  });
}

/** Groups pairs whose texts are the same once normalized; a pair without words is a group of its own. */
function groupByText(pairs: readonly MvsaPair[]): MvsaPair[][] {
  const groups = new Map<string | MvsaPair, MvsaPair[]>();
  for (const pair of pairs) {
    const key = normalizeText(pair.text) || pair;
    const group = groups.get(key);
    if (group) group.push(pair);
    else groups.set(key, [pair]);
  }
  return [...groups.values()];
}

/** Divides a whole number by ratios into whole numbers of the same sum, by largest remainder. */
function apportion(size: number, ratios: readonly number[]): number[] {
  const exact = ratios.map((ratio) => size * ratio);
  const counts = exact.map((share) => Math.floor(share + 1e-9));
  const byRemainder = ratios.map((_, index) => index);
  const remainder = (index: number) => (exact[index] as number) - (counts[index] as number);
  byRemainder.sort((a, b) => remainder(b) - remainder(a));
  const missing = size - counts.reduce((sum, count) => sum + count, 0);
  for (const index of byRemainder.slice(0, missing)) (counts[index] as number)++;
  return counts;
}

function countBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function checkRatios(ratios: readonly number[]): void {
  const sum = ratios.reduce((total, ratio) => total + ratio, 0);
  if (ratios.length !== 3 || !ratios.every((ratio) => ratio >= 0) || !(Math.abs(sum - 1) < 1e-6)) {
    throw new OptionError(
      `ratios: expected [train, validation, test], each at least 0 and 1 in sum, received [${ratios.join(', ')}].`,
    );
  }
}
