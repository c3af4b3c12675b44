/**
 * Makes results one after another, in order, up to `ahead` of them before they are asked for.
 *
 * With the one that the consumer holds, `ahead + 1` results are alive at most. An error surfaces where its result would
 * have come; nothing is started after it. When the consumer leaves early, the signal given to `make` aborts and the work
 * under way is awaited.
 */
export async function* prefetch<Item, Result>(
  items: readonly Item[],
  ahead: number,
  make: (item: Item, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const left = new AbortController();
  const underWay: Promise<Result>[] = [];
  let next = 0;
  let previous: Promise<unknown> = Promise.resolve();
  const fill = (count: number) => {
    while (underWay.length < count && next < items.length) {
      const item = items[next++] as Item;
      const result = previous.then(() => {
        left.signal.throwIfAborted();
        return make(item, left.signal);
      });
      // Its turn comes later; until then a rejection must not count as unhandled.
      result.catch(() => {});
      previous = result;
      underWay.push(result);
    }
  };
  try {
    while (true) {
      fill(Math.max(ahead, 1));
      const head = underWay.shift();
      if (head === undefined) return;
      const result = await head;
      fill(ahead);
      yield result;
    }
  } finally {
    left.abort();
    await Promise.allSettled(underWay);
  }
}
