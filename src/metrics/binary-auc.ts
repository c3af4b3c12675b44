/**
 * The area under the ROC curve: the share of pairs of a positive and a negative in which the positive scores higher; a tie
 * counts half. NaN without positives or without negatives.
 *
 * @param targets [samples], 1 for positives and 0 for negatives
 * @param scores [samples], finite
 */
export function binaryAuc(targets: ArrayLike<number>, scores: ArrayLike<number>): number {
  const split = (target: number) => {
    const taken = new Float64Array(scores.length);
    let count = 0;
    for (let sample = 0; sample < scores.length; sample++) {
      if (targets[sample] === target) taken[count++] = scores[sample] as number;
    }
    return taken.subarray(0, count).sort();
  };
  const [positives, negatives] = [split(1), split(0)];
  // Counting half pairs keeps every number whole, and so exact.
  let halfPairs = 0;
  let below = 0;
  let notAbove = 0;
  for (const score of positives) {
    while (below < negatives.length && (negatives[below] as number) < score) below++;
    while (notAbove < negatives.length && (negatives[notAbove] as number) <= score) notAbove++;
    halfPairs += below + notAbove;
  }
  return halfPairs / (2 * positives.length * negatives.length);
}
