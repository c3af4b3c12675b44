import { OptionError } from '../../errors';
import { checkOptionNames, kindOf } from '../../options/check-option-names';
import { checkPairs, type MvsaPair } from '../mvsa/mvsa-dataset';
import type { LabelledPost } from '../posts/post';
import {
  ASSIGN_PARTS_OPTION_NAMES,
  type AssignPartsOptions,
  assignParts,
  refuseMissingClasses,
} from './assign-parts';

/** The posts of a data set, divided for training. */
export interface PairSplits<P extends LabelledPost = MvsaPair> {
  /** Posts to learn from. */
  readonly train: P[];
  /** Posts to choose by. */
  readonly validation: P[];
  /** Posts to report on. */
  readonly test: P[];
}

/** Options of {@link splitPairs}. */
export interface SplitPairsOptions extends AssignPartsOptions {
  /** Shares of train, validation and test: three numbers of at least 0 that sum to 1. */
  readonly ratios: readonly [train: number, validation: number, test: number];
}

const OPTION_NAMES: Readonly<Record<keyof SplitPairsOptions, true>> = {
  ...ASSIGN_PARTS_OPTION_NAMES,
  ratios: true,
};

/**
 * Splits pairs, or posts of your own, into train, validation and test, at random but repeatably.
 *
 * The sizes are rounded by largest remainder, ties to the later split; stratified, each class keeps its share within one
 * post. Posts of the same text or image file stay together by default; images that only look alike do when
 * `groupDuplicates` is the result of `findDuplicates`. A group that fits nowhere whole can shift the sizes by fewer posts than
 * it holds.
 *
 * @returns three lists that hold each pair once, each in the order of `pairs`
 * @throws {@link OptionError} for an unknown option, when the ratios are negative or do not sum to 1, an id stands twice, a post has no label, or a split
 *   that is not empty holds no post of some class.
 * @example
 * ```ts
 * import { openMvsa, splitPairs } from 'mvsa-fusion/data';
 *
 * const { pairs } = await openMvsa('./MVSA_Single');
 * const { train, validation, test } = splitPairs(pairs, { ratios: [0.7, 0.15, 0.15], seed: 7 });
 * console.log(train.length, validation.length, test.length);
 * ```
 */
export function splitPairs<P extends LabelledPost>(
  pairs: readonly P[],
  options: SplitPairsOptions,
): PairSplits<P> {
  checkPairs('splitPairs', pairs);
  checkOptionNames('splitPairs', options, OPTION_NAMES);
  checkRatios(options.ratios);
  const parts = assignParts(pairs, options.ratios, options);
  const inPart = (part: number) => pairs.filter((_, index) => parts[index] === part);
  const splits = { train: inPart(0), validation: inPart(1), test: inPart(2) };
  if (!options.allowMissingClasses)
    refuseMissingClasses(splits, options.classNames, 'set allowMissingClasses to go on without it');
  return splits;
}

function checkRatios(ratios: readonly number[]): void {
  if (!Array.isArray(ratios)) {
    throw new OptionError(`ratios: expected [train, validation, test], received ${kindOf(ratios)}.`);
  }
  const sum = ratios.reduce((total, ratio) => total + ratio, 0);
  if (ratios.length !== 3 || !ratios.every((ratio) => ratio >= 0) || !(Math.abs(sum - 1) < 1e-6)) {
    throw new OptionError(
      `ratios: expected [train, validation, test], each at least 0 and 1 in sum, received [${ratios.join(', ')}].`,
    );
  }
}

/** One fold of a cross-validation. */
export interface PairFold<P extends LabelledPost = MvsaPair> {
  /** Posts to learn from: all but this fold's. */
  readonly train: P[];
  /** Posts to judge by: this fold's. */
  readonly validation: P[];
}

/** Options of {@link kFoldPairs}. */
export interface KFoldPairsOptions extends AssignPartsOptions {
  /** Folds, from 2 up to the number of pairs. */
  readonly folds: number;
}

const K_FOLD_OPTION_NAMES: Readonly<Record<keyof KFoldPairsOptions, true>> = {
  ...ASSIGN_PARTS_OPTION_NAMES,
  folds: true,
};

/**
 * Splits pairs into folds for cross-validation; stratified and grouped it does what scikit-learn's `StratifiedGroupKFold` does.
 *
 * Each pair is in the validation part of exactly one fold. Fold sizes differ by one at most, and so do a class's counts,
 * unless groups fit nowhere whole. There is no test part: hold one out with `splitPairs` first and fold the rest.
 *
 * @returns the folds, each with its pairs in the order of `pairs`
 * @throws {@link OptionError} for an unknown option, when `folds` is out of range, an id stands twice, or a part holds no post of some class.
 * @example
 * ```ts
 * import { kFoldPairs, openMvsa, splitPairs } from 'mvsa-fusion/data';
 *
 * const { pairs } = await openMvsa('./MVSA_Single');
 * const { train: development, test } = splitPairs(pairs, { ratios: [0.9, 0, 0.1], seed: 7 });
 * for (const { train, validation } of kFoldPairs(development, { folds: 10, seed: 7 })) {
 *   console.log(train.length, validation.length, test.length);
 * }
 * ```
 */
export function kFoldPairs<P extends LabelledPost>(
  pairs: readonly P[],
  options: KFoldPairsOptions,
): PairFold<P>[] {
  checkPairs('kFoldPairs', pairs);
  checkOptionNames('kFoldPairs', options, K_FOLD_OPTION_NAMES);
  const { folds } = options;
  if (!Number.isInteger(folds) || folds < 2 || folds > pairs.length) {
    throw new OptionError(
      `folds: expected a whole number from 2 to the number of pairs, ${pairs.length}, received ${folds}.`,
    );
  }
  const ratios = Array.from({ length: folds }, () => 1 / folds);
  const parts = assignParts(pairs, ratios, options);
  return ratios.map((_, fold) => {
    const train = pairs.filter((_pair, index) => parts[index] !== fold);
    const validation = pairs.filter((_pair, index) => parts[index] === fold);
    if (!options.allowMissingClasses) {
      const name = `fold ${fold + 1} of ${folds}`;
      const parts = { [`${name}, train`]: train, [`${name}, validation`]: validation };
      refuseMissingClasses(parts, options.classNames, 'set allowMissingClasses to go on without it');
    }
    return { train, validation };
  });
}
