import type { OptionTable } from '../../options/option-table';
import { integerFrom } from '../../options/rules';

/** Sizes of the compact text representation. */
export interface CompactTextSizes {
  /**
   * Tokens kept of a text.
   * @defaultValue 32: 99% of MVSA-Single's texts have fewer
   */
  readonly maxTokens: number;
  /**
   * Ids of one token: the word itself and its character n-grams.
   * @defaultValue 12
   */
  readonly gramsPerToken: number;
  /**
   * Rows of the hashed embedding table, the first of which is padding.
   * @defaultValue 16384
   */
  readonly buckets: number;
  /**
   * Word 1-grams and 2-grams of a text that the wide path sees.
   * @defaultValue 64
   */
  readonly maxGrams: number;
  /**
   * Rows of the wide path's hashed table, the first of which is padding.
   * @defaultValue 65536
   */
  readonly wideBuckets: number;
}

/**
 * The sizes of texts and of the encoders that read them: one table for both, so that their defaults fit each other.
 *
 * It stands apart from `compact-text.ts`, which reads and writes files, because the encoders run in browsers too.
 */
export const COMPACT_TEXT_SIZES = {
  maxTokens: { default: 32, rule: integerFrom(1) },
  gramsPerToken: { default: 12, rule: integerFrom(1) },
  buckets: { default: 16384, rule: integerFrom(2) },
  maxGrams: { default: 64, rule: integerFrom(1) },
  wideBuckets: { default: 65536, rule: integerFrom(2) },
} as const satisfies OptionTable<Partial<CompactTextSizes>>;
