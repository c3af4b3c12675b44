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
