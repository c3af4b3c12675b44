import { clearLine, cursorTo } from 'node:readline';

/** Shows how far long work is; see {@link createProgressLine}. */
export interface ProgressLine {
  /** Shows a state, such as `epoch 1/8`, with the work done in it so far. */
  update(title: string, done: number, total: number, detail?: string): void;
  /** Removes the bar and prints a line that stays. */
  print(line: string): void;
  /** Removes the bar. */
  clear(): void;
}

/** Least time between two plain lines where there is no terminal, in milliseconds. */
const PLAIN_INTERVAL = 10_000;
const BAR_WIDTH = 24;

/**
 * Creates a progress display: one line that redraws itself on a terminal, a plain line every ten seconds elsewhere.
 *
 * @param stream where to write; a bar belongs on stderr, so that stdout can be piped
 */
export function createProgressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  let started = performance.now();
  let lastDrawn = 0;
  let currentTitle = '';
  let isDrawn = false;
  const clear = () => {
    if (!isDrawn) return;
    cursorTo(stream, 0);
    clearLine(stream, 0);
    isDrawn = false;
  };
  return {
    update(title, done, total, detail = '') {
      const now = performance.now();
      if (title !== currentTitle) {
        currentTitle = title;
        started = now;
        lastDrawn = stream.isTTY ? 0 : now;
      }
      if (now - lastDrawn < (stream.isTTY ? 80 : PLAIN_INTERVAL) && !(stream.isTTY && done === total)) return;
      lastDrawn = now;
      const left = ((now - started) / done) * (total - done);
      const figures = `${done}/${total} ${detail}${detail && ' '}${(left / 1000).toFixed(0)} s left`;
      if (!stream.isTTY) {
        stream.write(`${title}: ${figures}\n`);
        return;
      }
      const filled = Math.round((BAR_WIDTH * done) / total);
      clear();
      stream.write(`${title} ${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${figures}`);
      isDrawn = true;
    },
    print(line) {
      clear();
      stream.write(`${line}\n`);
    },
    clear,
  };
}
