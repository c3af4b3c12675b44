import { OptionError } from '../../errors';

/** The most pixels that an image may have where the caller says nothing: 300 MB once decoded. */
export const DEFAULT_MAX_PIXELS = 100_000_000;

/** @throws {@link OptionError} unless the limit is a positive whole number. */
export function checkMaxPixels(maxPixels: number): void {
  if (!Number.isSafeInteger(maxPixels) || maxPixels < 1) {
    throw new OptionError(`maxPixels: expected a positive whole number of pixels, received ${maxPixels}.`);
  }
}
