/** How far an extraction is. */
export interface ExtractionProgress {
  /** What is being computed. */
  readonly stage: 'texts' | 'images';
  /** Computed so far in this run. */
  readonly done: number;
  /** To compute in this run: those that the cache does not hold. */
  readonly total: number;
  /** Computed each second, so far. */
  readonly rate: number;
  /** Estimated seconds to the end of the stage. */
  readonly secondsLeft: number;
}

/** Counts what is done in a stage and tells a listener. */
export function progressCounter(
  stage: ExtractionProgress['stage'],
  total: number,
  onProgress: ((progress: ExtractionProgress) => void) | undefined,
): (count: number) => void {
  const started = performance.now();
  let done = 0;
  return (count) => {
    done += count;
    const rate = done / Math.max((performance.now() - started) / 1000, 1e-3);
    onProgress?.({ stage, done, total, rate, secondsLeft: (total - done) / rate });
  };
}
