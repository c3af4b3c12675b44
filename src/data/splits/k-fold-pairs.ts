import { checkOptionNames } from '../../check-option-names';
import { OptionError } from '../../errors';
import { checkPairs } from '../check-pairs';
import type { MvsaPair } from '../mvsa/mvsa-dataset';
import { ASSIGN_PARTS_OPTION_NAMES, type AssignPartsOptions, assignParts } from './assign-parts';
import { refuseMissingClasses } from './check-split-classes';

/** One fold of a cross-validation. */
export interface PairFold {
  /** Posts to learn from: all but this fold's. */
  readonly train: MvsaPair[];
  /** Posts to judge by: this fold's. */
  readonly validation: MvsaPair[];
}

/** Options of {@link kFoldPairs}. */
export interface KFoldPairsOptions extends AssignPartsOptions {
  /** Folds, from 2 up to the number of pairs. */
  readonly folds: number;
}

const OPTION_NAMES: Readonly<Record<keyof KFoldPairsOptions, true>> = {
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
export function kFoldPairs(pairs: readonly MvsaPair[], options: KFoldPairsOptions): PairFold[] {
  checkPairs('kFoldPairs', pairs);
  checkOptionNames('kFoldPairs', options, OPTION_NAMES);
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
      refuseMissingClasses(parts, 'set allowMissingClasses to go on without it');
    }
    return { train, validation };
  });
}
