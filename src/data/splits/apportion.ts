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
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const placed = ratios.map((_, part) => counts.reduce((sum, _, row) => sum + at(counts, row, part), 0));
  const free = ratios.map(() => 0);

  const orders = remainders.map(byRemainder);
  // A class takes at most one post more than the floor in each part, and none where its share is whole.
  const taken = sizes.map(() => new Set<number>());
  const takers = (part: number) => [...taken.keys()].filter((row) => taken[row]?.has(part));
  const take = (row: number, visited: Set<number>): boolean => {
    const canTake = (part: number) =>
      at(remainders, row, part) >= NEARLY && !taken[row]?.has(part) && !visited.has(part);
    const order = orders[row] as number[];
    const spare = order.find((part) => (free[part] as number) > 0 && canTake(part));
    if (spare !== undefined) {
      (free[spare] as number)--;
      taken[row]?.add(spare);
      return true;
    }
    // A full part gives a place when one of its classes finds another.
    for (const part of order) {
      if (!canTake(part)) continue;
      visited.add(part);
      const leaver = takers(part).find((other) => take(other, visited));
      if (leaver === undefined) continue;
      taken[leaver]?.delete(part);
      taken[row]?.add(part);
      return true;
    }
    return false;
  };
  const missing = sizes.map(
    (size, row) => size - (counts[row] as number[]).reduce((sum, count) => sum + count, 0),
  );
  const exact = ratios.map((ratio) => total * ratio);
  // Sizes by largest remainder leave some classes without a place, so the parts open step by step: every part gets its
  // share rounded down, then its preferred size, then, for a class that has no place yet, its share rounded up.
  let open = placed;
  for (const sizesNow of [floors(exact), roundByRemainder(total, ratios), ceilings(exact)]) {
    for (const [part, size] of sizesNow.entries()) (free[part] as number) += size - (open[part] as number);
    open = sizesNow;
    for (const row of sizes.keys()) {
      while ((missing[row] as number) > 0 && take(row, new Set())) (missing[row] as number)--;
    }
  }
  return counts.map((row, index) => row.map((count, part) => count + (taken[index]?.has(part) ? 1 : 0)));
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
