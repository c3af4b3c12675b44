/** Shares this close to a whole number are one; the rest is error of floating point. */
const NEARLY = 1e-9;

/**
 * Divides classes among parts so that each part gets its share of every class and of the whole, rounded.
 *
 * Every count, and every part's size, is its exact share rounded up or down; such a rounding of a table always exists
 * (Cox 1987, "A constructive procedure for unbiased controlled rounding"). It is found by augmenting paths. Of those
 * roundings, the parts' sizes are by largest remainder where the classes allow it, ties to the later part: 4,869 in 0.7,
 * 0.15 and 0.15 are 3,408, 730 and 731.
 *
 * @param sizes posts of each class
 * @param ratios share of each part; they sum to 1
 * @returns [classes, parts] counts; rows sum to `sizes`
 */
export function apportion(sizes: readonly number[], ratios: readonly number[]): number[][] {
  const counts = sizes.map((size) => ratios.map((ratio) => Math.floor(size * ratio + NEARLY)));
  const remainders = sizes.map((size, row) =>
    ratios.map((ratio, part) => size * ratio - at(counts, row, part)),
  );
  const missing = sizes.map(
    (size, row) => size - (counts[row] as number[]).reduce((sum, count) => sum + count, 0),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = ratios.map((ratio) => total * ratio);
  const roomIn = (partSizes: readonly number[]) =>
    partSizes.map((size, part) => size - counts.reduce((sum, _, row) => sum + at(counts, row, part), 0));
  const preferred = roomIn(roundByRemainder(total, ratios));
  // Sizes by largest remainder leave some classes without a place. Then parts open step by step: every part gets its share
  // rounded down, then its preferred size, then, for a class that has no place yet, its share rounded up.
  const taken =
    takePlaces(remainders, missing, [preferred]) ??
    takePlaces(remainders, missing, [roomIn(floors(exact)), preferred, roomIn(ceilings(exact))]);
  return counts.map((row, index) => row.map((count, part) => count + (taken?.[index]?.has(part) ? 1 : 0)));
}

/**
 * Gives each class its missing posts, at most one in each part and none where its share is whole.
 *
 * @param remainders [classes, parts] what the floors leave of each share
 * @param missing [classes] posts to place
 * @param rooms [stages, parts] posts that fit into each part, growing from stage to stage
 * @returns for each class the parts that take one; null when not all posts find a place
 */
function takePlaces(
  remainders: readonly (readonly number[])[],
  missing: readonly number[],
  rooms: readonly (readonly number[])[],
): Set<number>[] | null {
  const orders = remainders.map(byRemainder);
  const taken = remainders.map(() => new Set<number>());
  const takers = (part: number) => [...taken.keys()].filter((row) => taken[row]?.has(part));
  const take = (row: number, room: readonly number[], visited: Set<number>): boolean => {
    const canTake = (part: number) =>
      at(remainders, row, part) >= NEARLY && !taken[row]?.has(part) && !visited.has(part);
    const order = orders[row] as number[];
    const spare = order.find((part) => canTake(part) && takers(part).length < (room[part] as number));
    if (spare !== undefined) {
      taken[row]?.add(spare);
      return true;
    }
    // A full part gives a place when one of its classes finds another.
    for (const part of order) {
      if (!canTake(part)) continue;
      visited.add(part);
      const leaver = takers(part).find((other) => take(other, room, visited));
      if (leaver === undefined) continue;
      taken[leaver]?.delete(part);
      taken[row]?.add(part);
      return true;
    }
    return false;
  };
  for (const room of rooms) {
    for (const [row, posts] of missing.entries()) {
      while ((taken[row] as Set<number>).size < posts && take(row, room, new Set())) {}
    }
  }
  return taken.every((parts, row) => parts.size === missing[row]) ? taken : null;
}

const floors = (shares: readonly number[]) => shares.map((share) => Math.floor(share + NEARLY));
const ceilings = (shares: readonly number[]) => shares.map((share) => Math.ceil(share - NEARLY));

function roundByRemainder(total: number, ratios: readonly number[]): number[] {
  const counts = floors(ratios.map((ratio) => total * ratio));
  const missing = total - counts.reduce((sum, count) => sum + count, 0);
  const remainders = ratios.map((ratio, part) => total * ratio - (counts[part] as number));
  for (const part of byRemainder(remainders).slice(0, missing)) (counts[part] as number)++;
  return counts;
}

/** Parts in the order of their remainders, largest first; of equal ones the later first. */
function byRemainder(remainders: readonly number[]): number[] {
  const order = remainders.map((_, part) => part).reverse();
  const rounded = (part: number) => Math.round((remainders[part] as number) / NEARLY);
  return order.sort((a, b) => rounded(b) - rounded(a));
}

function at(table: readonly (readonly number[])[], row: number, column: number): number {
  return (table[row] as readonly number[])[column] as number;
}
