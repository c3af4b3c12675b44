/** Options of {@link bootstrapConfidenceInterval} and {@link pairedBootstrap}. */
export interface BootstrapOptions {
  /**
   * Number of times the samples are drawn anew, at least 1.
   * @defaultValue `1000`
   */
  readonly resamples?: number;
  /**
   * Share of resamples whose statistic lies within the interval, in (0, 1).
   * @defaultValue `0.95`
   */
  readonly confidence?: number;
  /**
   * Seeds the drawing: the same labels, options and seed give the same interval.
   * @defaultValue `0`
   */
  readonly seed?: number;
}
