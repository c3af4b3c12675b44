import type { WorkOptions } from '../../../data/batches/preparers/post-preparer';
import { DataError } from '../../../errors';
import type { FeatureRow, StoredFeatures } from './feature-store';
import type { FeaturePlace } from './memory-store';

/** Appends rows while the next ones are computed: waits for the append before, then starts this one. */
export function backgroundWriter(store: FeaturePlace): (rows: readonly FeatureRow[]) => Promise<void> {
  let before: Promise<void> = Promise.resolve();
  return async (rows) => {
    await before;
    before = rows.length > 0 ? store.append(rows) : Promise.resolve();
    // Its turn comes at the next call; until then a rejection must not count as unhandled.
    before.catch(() => {});
  };
}

/** Counts what is done in a stage and tells a listener. */
export function progressCounter(
  stage: string,
  total: number,
  onProgress: WorkOptions['onProgress'],
): (count: number) => void {
  let done = 0;
  return (count) => {
    done += count;
    onProgress?.({ stage, done, total });
  };
}

/**
 * Reads the features of a content; a row that is found damaged is computed anew.
 *
 * @param what names the content in messages
 * @param recompute computes and stores the row again, unless the content has changed
 */
export async function readRow(
  store: FeaturePlace,
  key: string,
  what: string,
  recompute: () => Promise<void>,
): Promise<StoredFeatures> {
  let row = await store.read(key);
  if (row === null) {
    await recompute();
    row = await store.read(key);
  }
  if (row === null) {
    throw new DataError(
      `${what}: its features in the cache are damaged, and it is not what they were computed from any more. Extract them again.`,
    );
  }
  return row;
}

/**
 * Groups texts of like length, so that little padding is computed: sorted by length, cut where a batch would exceed a number
 * of tokens.
 *
 * @param lengths number of tokens of each text
 * @param tokenBudget the most tokens of a batch, padding included; a text that is longer alone makes a batch of its own
 * @returns positions of the texts, batch by batch, longest first: what needs most memory comes first, and fails first
 */
export function lengthBatches(lengths: readonly number[], tokenBudget: number): number[][] {
  const order = lengths
    .map((_, index) => index)
    .sort((a, b) => (lengths[b] as number) - (lengths[a] as number));
  const batches: number[][] = [];
  let width = 0;
  for (const index of order) {
    const batch = batches.at(-1);
    if (batch && (batch.length + 1) * width <= tokenBudget) {
      batch.push(index);
    } else {
      width = Math.max(1, lengths[index] as number);
      batches.push([index]);
    }
  }
  return batches;
}
