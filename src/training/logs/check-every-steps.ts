import { OptionError } from '../../errors';

/** @throws {@link OptionError} when `everySteps` is no integer of at least 1. */
export function checkEverySteps(where: string, everySteps: number): void {
  if (!Number.isInteger(everySteps) || everySteps < 1) {
    throw new OptionError(
      `${where}: expected everySteps to be an integer of at least 1, received ${everySteps}.`,
    );
  }
}
