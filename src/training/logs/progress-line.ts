import { clearLine, cursorTo } from 'node:readline';
import type { Progress } from '../../types';

/** Shows how far long work is; see {@link createProgressLine}. */
export interface ProgressLine {
  /**
   * Shows a stage, such as `epoch 1/8`, with the work done in it so far; what an `onProgress` is told can be passed on.
   *
   * @param progress without a total it has neither bar nor estimate
   * @param detail figures that stand behind the count
   * @param timeLeft what to say of the time left; an estimate from the work done since the stage last changed when absent
   */
  update(progress: Progress, detail?: string, timeLeft?: string): void;
  /** Removes the bar and prints a line that stays. */
  print(line: string): void;
  /** Removes the bar. */
  clear(): void;
}

/** Where progress is shown: `process.stderr`, or any stream of text. */
export interface ProgressStream extends NodeJS.WritableStream {
  /** Whether a bar can be redrawn in place. */
  readonly isTTY?: boolean;
  /** The width of the terminal in characters; 80 when unknown. */
  readonly columns?: number;
}

/** Least time between two drawings on a terminal, and between two plain lines elsewhere, in milliseconds. */
const DRAW_INTERVAL = 80;
const PLAIN_INTERVAL = 10_000;
const BAR_WIDTH = 24;
const NARROWEST_BAR = 4;

/**
 * Creates a progress display: one line that redraws itself on a terminal, a plain line every ten seconds elsewhere.
 *
 * On a narrow terminal the bar shrinks, then goes, then the line ends early: it never takes two lines.
 *
 * @param stream where to write; a bar belongs on stderr, so that stdout can be piped
 */
export function createProgressLine(stream: ProgressStream = process.stderr): ProgressLine {
  let currentStage: string | undefined;
  // The estimate counts from the first update: what was done before, as in a resumed run, took no time here.
  let started = 0;
  let doneBefore = 0;
  let lastDrawn = performance.now();
  let isDrawn = false;
  const clear = () => {
    if (!isDrawn) return;
    cursorTo(stream, 0);
    clearLine(stream, 0);
    isDrawn = false;
  };
  return {
    update({ stage, done, total }, detail = '', timeLeft) {
      const now = performance.now();
      const isNew = stage !== currentStage;
      if (isNew) {
        currentStage = stage;
        started = now;
        doneBefore = done;
      }
      const isDue = now - lastDrawn >= (stream.isTTY ? DRAW_INTERVAL : PLAIN_INTERVAL);
      if (!isDue && !(stream.isTTY && (isNew || done === total))) return;
      lastDrawn = now;
      const secondsEach = (now - started) / 1000 / (done - doneBefore);
      const isEstimable = total !== null && done > doneBefore && done <= total;
      const estimate = isEstimable ? `${formatDuration(secondsEach * (total - done))} left` : '';
      const count = total === null ? `${done}` : `${done}/${total}`;
      const figures = [count, detail, timeLeft ?? estimate].filter(Boolean).join('  ');
      if (!stream.isTTY) {
        stream.write(`${stage}: ${figures}\n`);
        return;
      }
      clear();
      const share = total === null ? null : total > 0 ? done / total : 1;
      stream.write(toOneLine(stage, share, figures, stream.columns || 80));
      isDrawn = true;
    },
    print(line) {
      clear();
      stream.write(`${line}\n`);
    },
    clear,
  };
}

/** One line for a terminal; without a bar where the share that is done is not known. */
function toOneLine(stage: string, share: number | null, figures: string, columns: number): string {
  // A character in the last column makes some terminals wrap.
  const room = columns - 1;
  const width = Math.min(BAR_WIDTH, room - stage.length - figures.length - 2);
  const filled = Math.round(width * Math.min(Math.max(share ?? 0, 0), 1));
  const bar =
    share !== null && width >= NARROWEST_BAR ? ` ${'█'.repeat(filled)}${'░'.repeat(width - filled)}` : '';
  return [...`${stage}${bar} ${figures}`].slice(0, Math.max(room, 0)).join('');
}

/** A duration for people: `8 s`, `3 min 20 s`, `2 h 5 min`; `?` for what is no duration. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '?';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min${whole % 60 ? ` ${whole % 60} s` : ''}`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
}
