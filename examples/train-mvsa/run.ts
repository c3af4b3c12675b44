import type { Progress } from 'mvsa-fusion';
import { createProgressLine, interruptSignal } from 'mvsa-fusion/training';

/** What every stage of the program needs. */
export interface Run {
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Seconds of each stage, for `result.json`. */
  readonly timing: Readonly<Record<string, number>>;
  /** Does the work of a stage and counts its time. */
  timed<Result>(stage: string, work: () => Promise<Result>): Promise<Result>;
  /** Prints a line, unless the run is quiet. */
  say(line: string): void;
  /** Shows how far long work is, unless the run is quiet. */
  onProgress(progress: Progress): void;
}

/** Starts the clock, the progress line and the watch for Ctrl-C. */
export function startRun(quiet: boolean): Run {
  const progress = createProgressLine();
  const timing: Record<string, number> = {};
  return {
    signal: interruptSignal(),
    timing,
    async timed(stage, work) {
      const started = performance.now();
      const result = await work();
      timing[stage] = (timing[stage] ?? 0) + (performance.now() - started) / 1000;
      return result;
    },
    say: (line) => void (quiet || progress.print(line)),
    onProgress: (state) => void (quiet || progress.update(state)),
  };
}
