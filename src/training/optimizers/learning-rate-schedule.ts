import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import type { OptionTable } from '../../options/option-table';
import { oneOf, SHARE } from '../../options/rules';

/** How the learning rate moves through a run. */
export interface Schedule {
  /**
   * What follows the warm-up: the peak to the end, a straight line down, or half a cosine wave down (Loshchilov and Hutter
   * 2017, without restarts).
   */
  readonly kind: 'constant' | 'linear' | 'cosine';
  /**
   * Steps in which the rate climbs in a straight line from 0 to its peak; the very first step has rate 0.
   * @defaultValue 0
   */
  readonly warmupSteps?: number;
  /** The same as a share of all steps, in [0, 1], rounded up to whole steps; instead of `warmupSteps`. */
  readonly warmupShare?: number;
  /**
   * Where `linear` and `cosine` end, as a share of the peak, in [0, 1].
   * @defaultValue 0
   */
  readonly finalShare?: number;
}

const KINDS: readonly Schedule['kind'][] = ['constant', 'linear', 'cosine'];

/** All options of a schedule. */
export const SCHEDULE_OPTIONS = {
  kind: {
    default: 'constant',
    rule: oneOf(...KINDS),
    help: 'how the learning rate falls over all epochs',
    flag: 'schedule',
  },
  warmupSteps: {},
  warmupShare: {
    rule: SHARE,
    help: 'share of all steps over which the learning rate rises (default: 0)',
    flag: 'warmup',
  },
  finalShare: {},
} as const satisfies OptionTable<Schedule>;

/**
 * The factor by which a step's learning rate is smaller than the peak; the schedules of Hugging Face's transformers.
 *
 * @param schedule how the rate moves
 * @param step steps done before this one: 0 for the first, `totalSteps` for the end of the run
 * @param totalSteps steps of the run, at least 1
 * @returns a number in [0, 1]
 * @throws {@link OptionError} when a value is out of range, the warm-up is longer than the run, or it is given twice
 * @example
 * ```ts
 * import { learningRateAt } from 'mvsa-fusion/training';
 *
 * const schedule = { kind: 'linear', warmupSteps: 2 } as const;
 * console.log([0, 1, 2, 3, 4, 5, 6].map((step) => learningRateAt(schedule, step, 6))); // 0, 0.5, 1, 0.75, 0.5, 0.25, 0
 * ```
 * @see `get_constant_schedule_with_warmup`, `get_linear_schedule_with_warmup`, `get_cosine_schedule_with_warmup` of transformers
 */
export function learningRateAt(schedule: Schedule, step: number, totalSteps: number): number {
  const warmup = warmupOf(schedule, totalSteps);
  const { kind, finalShare = 0 } = schedule;
  if (!Number.isInteger(step) || step < 0 || step > totalSteps) {
    throw new OptionError(
      `learningRateAt: expected step to be an integer from 0 to totalSteps (${totalSteps}), received ${step}.`,
    );
  }
  if (step < warmup) return step / warmup;
  if (kind === 'constant') return 1;
  const descent = Math.max(1, totalSteps - warmup);
  const left =
    kind === 'linear'
      ? (totalSteps - step) / descent
      : 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / descent));
  return finalShare + (1 - finalShare) * left;
}

/** Checks a schedule, and returns its warm-up in steps. */
function warmupOf(schedule: Schedule, totalSteps: number): number {
  checkOptionNames('schedule', schedule, SCHEDULE_OPTIONS);
  const { kind, warmupSteps, warmupShare, finalShare } = schedule;
  if (!KINDS.includes(kind)) {
    throw new OptionError(`schedule: expected kind to be one of ${KINDS.join(', ')}, received '${kind}'.`);
  }
  if (!Number.isInteger(totalSteps) || totalSteps < 1) {
    throw new OptionError(
      `learningRateAt: expected totalSteps to be an integer of at least 1, received ${totalSteps}.`,
    );
  }
  checkShare('warmupShare', warmupShare);
  checkShare('finalShare', finalShare);
  if (finalShare !== undefined && kind === 'constant') {
    throw new OptionError(
      `schedule: expected finalShare with kind linear or cosine only, received ${finalShare} with constant.`,
    );
  }
  if (warmupSteps !== undefined && warmupShare !== undefined) {
    throw new OptionError(
      `schedule: expected warmupSteps or warmupShare, received both (${warmupSteps} and ${warmupShare}). Leave one out.`,
    );
  }
  const warmup = warmupShare === undefined ? (warmupSteps ?? 0) : Math.ceil(warmupShare * totalSteps);
  if (!Number.isInteger(warmup) || warmup < 0 || warmup > totalSteps) {
    throw new OptionError(
      `schedule: expected warmupSteps to be an integer from 0 to the run's ${totalSteps} steps, received ${warmup}. A longer ` +
        'warm-up would never reach the learning rate.',
    );
  }
  return warmup;
}

function checkShare(name: string, share: number | undefined): void {
  if (share === undefined || (share >= 0 && share <= 1)) return;
  throw new OptionError(`schedule: expected ${name} in [0, 1], received ${share}.`);
}
