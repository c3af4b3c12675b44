let controller: AbortController | undefined;

/**
 * A signal that Ctrl-C or SIGTERM aborts, so that long work can stop at its next safe place; another one, a second or more later, ends
 * the process at once.
 *
 * The process goes on after the first one: whoever listens saves what there is and sets `process.exitCode`, 130 by the shells'
 * convention. There is one such signal in a process; each call returns it.
 *
 * Start the program with `node --import tsx`, not with `tsx`: that kills a process which has not answered a Ctrl-C after 60 ms, and
 * a training step takes longer.
 *
 * @param message printed to stderr at the first interruption; that of the first call counts
 * @example
 * ```ts
 * import { interruptSignal } from 'mvsa-fusion/training';
 *
 * const signal = interruptSignal();
 * // await train(model, data, { validation, signal, checkpoints: { directory: './runs/first' } });
 * if (signal.aborted) process.exitCode = 130;
 * ```
 */
export function interruptSignal(
  message = 'Stopping after this step; Ctrl-C once more ends at once.',
): AbortSignal {
  controller ??= listen(message);
  return controller.signal;
}

function listen(message: string): AbortController {
  const abort = new AbortController();
  let first = 0;
  const interrupt = (exitCode: number) => () => {
    // Programs such as npm and tsx pass on a signal that the terminal has sent to all: that is no second Ctrl-C.
    if (abort.signal.aborted && performance.now() - first < 1000) return;
    if (abort.signal.aborted) process.exit(exitCode);
    first = performance.now();
    process.stderr.write(`\n${message}\n`);
    abort.abort(new Error('interrupted'));
  };
  process.on('SIGINT', interrupt(130));
  process.on('SIGTERM', interrupt(143));
  return abort;
}
