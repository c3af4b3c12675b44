import { OptionError } from '../../errors';

/** Refuses shares and exponents that no loss has; `where` is what messages call the function. */
export function checkLossOptions(where: string, labelSmoothing: number, focalGamma: number): void {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new OptionError(`${where}: expected labelSmoothing in [0, 1), received ${labelSmoothing}.`);
  }
  if (!(focalGamma >= 0 && Number.isFinite(focalGamma))) {
    throw new OptionError(
      `${where}: expected focalGamma to be finite and at least 0, received ${focalGamma}.`,
    );
  }
  if (labelSmoothing > 0 && focalGamma > 0) {
    throw new OptionError(
      `${where}: expected labelSmoothing or focalGamma, received both (${labelSmoothing} and ${focalGamma}). Leave one out.`,
    );
  }
}
