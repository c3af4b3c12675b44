import { clearLine, cursorTo } from 'node:readline';

/** Shows how far long work is; see {@link createProgressLine}. */
export interface ProgressLine {
  /**
   * Shows a state, such as `epoch 1/8`, with the work done in it so far.
   *
   * @param detail figures that stand behind the count
   * @param timeLeft what to say of the time left; an estimate from the work done since the title last changed when absent
   */
  update(title: string, done: number, total: number, detail?: string, timeLeft?: string): void;
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
  let currentTitle: string | undefined;
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
    update(title, done, total, detail = '', timeLeft) {
      const now = performance.now();
      const isNew = title !== currentTitle;
      if (isNew) {
        currentTitle = title;
        started = now;
        doneBefore = done;
      }
      const isDue = now - lastDrawn >= (stream.isTTY ? DRAW_INTERVAL : PLAIN_INTERVAL);
      if (!isDue && !(stream.isTTY && (isNew || done === total))) return;
      lastDrawn = now;
      const left = ((now - started) / 1000 / (done - doneBefore)) * (total - done);
      const estimate = done > doneBefore && done <= total ? `${formatDuration(left)} left` : '';
      const figures = [`${done}/${total}`, detail, timeLeft ?? estimate].filter(Boolean).join('  ');
      if (!stream.isTTY) {
        stream.write(`${title}: ${figures}\n`);
        return;
      }
      clear();
      stream.write(toOneLine(title, total > 0 ? done / total : 1, figures, stream.columns || 80));
      isDrawn = true;
    },
    print(line) {
      clear();
      stream.write(`${line}\n`);
    },
    clear,
  };
}

/** One line for a terminal. */
function toOneLine(title: string, fraction: number, figures: string, columns: number): string {
  // A character in the last column makes some terminals wrap.
  const room = columns - 1;
  const width = Math.min(BAR_WIDTH, room - title.length - figures.length - 2);
  const filled = Math.round(width * Math.min(Math.max(fraction, 0), 1));
  const bar = width >= NARROWEST_BAR ? ` ${'█'.repeat(filled)}${'░'.repeat(width - filled)}` : '';
  return [...`${title}${bar} ${figures}`].slice(0, Math.max(room, 0)).join('');
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
