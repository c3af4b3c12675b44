import { checkLabelPairs, type LabelArray } from '../labels';

/** On how many samples two models were right: the four numbers add up to all samples. */
export interface AgreementCounts {
  /** Both models right. */
  readonly bothCorrect: number;
  /** The first right, the second wrong. */
  readonly onlyFirstCorrect: number;
  /** The second right, the first wrong. */
  readonly onlySecondCorrect: number;
  /** Both models wrong. */
  readonly bothWrong: number;
}

/** What {@link mcnemarTest} finds. */
export interface McnemarResult {
  /** The smaller of `onlyFirstCorrect` and `onlySecondCorrect`: the statistic of the exact test. */
  readonly statistic: number;
  /** Two-sided, in (0, 1]: how likely counts as uneven as these are if both models are right equally often. */
  readonly pValue: number;
  /** What the test counted. */
  readonly counts: AgreementCounts;
}

/**
 * McNemar's exact test of whether two models are right equally often on the same samples.
 *
 * Only samples on which one model is right and the other wrong tell them apart. If the models are equally good, each
 * such sample is a toss of a fair coin: the p-value is that of the two-sided binomial test, equal to scipy's `binomtest`.
 * It needs no least number of samples, unlike the chi-squared form.
 *
 * @param trueLabels [samples]
 * @param firstLabels [samples], what the first model predicted
 * @param secondLabels [samples], what the second model predicted
 * @returns with a `pValue` of 1 when the models never differ in being right; one below about 1e-308 is 0
 * @throws {@link ShapeError} when there are no samples or the lengths differ
 * @throws {@link OptionError} when a label is no name or integer, or when names meet integers
 * @example
 * ```ts
 * import { mcnemarTest } from 'mvsa-fusion/metrics';
 *
 * const trueLabels = [0, 0, 1, 1, 2, 2];
 * const { pValue, counts } = mcnemarTest(trueLabels, [0, 0, 1, 1, 2, 0], [1, 1, 1, 0, 0, 2]);
 * console.log(counts.onlyFirstCorrect, counts.onlySecondCorrect, pValue); // 4 1 0.375
 * ```
 * @see McNemar 1947, "Note on the Sampling Error of the Difference Between Correlated Proportions"; Dietterich 1998 on
 * comparing classifiers
 */
export function mcnemarTest(
  trueLabels: LabelArray,
  firstLabels: LabelArray,
  secondLabels: LabelArray,
): McnemarResult {
  checkLabelPairs(trueLabels, firstLabels, 'firstLabels');
  checkLabelPairs(trueLabels, secondLabels, 'secondLabels');
  let [bothCorrect, onlyFirstCorrect, onlySecondCorrect, bothWrong] = [0, 0, 0, 0];
  for (let sample = 0; sample < trueLabels.length; sample++) {
    const isFirstCorrect = firstLabels[sample] === trueLabels[sample];
    const isSecondCorrect = secondLabels[sample] === trueLabels[sample];
    if (isFirstCorrect && isSecondCorrect) bothCorrect++;
    else if (isFirstCorrect) onlyFirstCorrect++;
    else if (isSecondCorrect) onlySecondCorrect++;
    else bothWrong++;
  }
  return {
    statistic: Math.min(onlyFirstCorrect, onlySecondCorrect),
    pValue: fairCoinPValue(onlyFirstCorrect, onlySecondCorrect),
    counts: { bothCorrect, onlyFirstCorrect, onlySecondCorrect, bothWrong },
  };
}

/**
 * The two-sided p-value of some heads and tails of a fair coin.
 *
 * Sums binomial coefficients as multiples of the largest one, from the middle outwards: no factorial or power
 * overflows, and all terms are positive, so nothing cancels.
 */
function fairCoinPValue(heads: number, tails: number): number {
  const tosses = heads + tails;
  const fewer = Math.min(heads, tails);
  let half = 0;
  let tail = 0;
  let coefficient = 1;
  for (let count = Math.floor(tosses / 2); count >= 0 && coefficient > 0; count--) {
    half += coefficient;
    if (count <= fewer) tail += coefficient;
    coefficient *= count / (tosses - count + 1);
  }
  // Both halves hold the middle of an even number of tosses.
  const total = 2 * half - (tosses % 2 === 0 ? 1 : 0);
  return Math.min(1, (2 * tail) / total);
}
