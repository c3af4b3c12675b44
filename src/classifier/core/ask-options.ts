import type { OptionTable } from '../../options/option-table';
import { integerFrom, oneOf } from '../../options/rules';
import type { Progress } from '../../types';

/** Options of `predict` and `explain`. */
export interface AskOptions {
  /**
   * Posts in one forward pass.
   * @defaultValue 64
   */
  readonly batchSize?: number;
  /** Called after each forward pass, stage `'predict'`. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the work after the forward pass in flight, with the signal's reason as error. */
  readonly signal?: AbortSignal;
}

/** Options of `evaluate`. */
export interface JudgeOptions extends AskOptions {
  /**
   * What happens to posts that cannot be read: an error that names them, or they are left out and told to `onSkip`.
   * @defaultValue `'error'`
   */
  readonly unreadable?: 'error' | 'skip';
  /** Told of each post that is left out. */
  readonly onSkip?: (id: string, reason: string) => void;
}

export const ASK_OPTIONS = {
  batchSize: { default: 64, rule: integerFrom(1) },
  onProgress: {},
  signal: {},
} as const satisfies OptionTable<AskOptions>;

export const JUDGE_OPTIONS = {
  ...ASK_OPTIONS,
  unreadable: { default: 'error', rule: oneOf('error', 'skip') },
  onSkip: {},
} as const satisfies OptionTable<JudgeOptions>;
