/** Items, by index, that are joined pair by pair into sets (union-find with path halving). */
export class DisjointSets {
  readonly #parents: Int32Array;

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, index) => index);
  }

  /** Puts the sets of two items together. */
  join(one: number, other: number): void {
    const [a, b] = [this.#rootOf(one), this.#rootOf(other)];
    // The earlier item leads, so that sets come out in the order of their first items.
    this.#parents[Math.max(a, b)] = Math.min(a, b);
  }

  /** Puts the sets of all items of each list together. */
  joinAll(lists: Iterable<readonly number[]>): void {
    for (const list of lists) for (const item of list) this.join(list[0] as number, item);
  }

  /** All sets of at least `least` items; sets and items in ascending order. */
  sets(least = 1): number[][] {
    const ofRoot = new Map<number, number[]>();
    for (let item = 0; item < this.#parents.length; item++) {
      const root = this.#rootOf(item);
      const set = ofRoot.get(root);
      if (set) set.push(item);
      else ofRoot.set(root, [item]);
    }
    return [...ofRoot.values()].filter((set) => set.length >= least);
  }

  #rootOf(item: number): number {
    const parents = this.#parents;
    let at = item;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  }
}

/** Gathers items by a key, in the order of each key's first item; items without a key are left out. */
export function groupBy<Item, Key>(
  items: Iterable<Item>,
  keyOf: (item: Item) => Key | undefined,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
