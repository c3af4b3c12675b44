let controller: AbortController | undefined;

/**
 * A signal that Ctrl-C or SIGTERM aborts, so that long work can stop at its next safe place; a second one ends the process at once.
 *
 * The process goes on after the first one: whoever listens saves what there is and sets `process.exitCode`, 130 by the shells'
 * convention. There is one such signal in a process; each call returns it.
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
  const interrupt = (exitCode: number) => () => {
    if (abort.signal.aborted) process.exit(exitCode);
    process.stderr.write(`\n${message}\n`);
    abort.abort(new Error('interrupted'));
  };
  process.on('SIGINT', interrupt(130));
  process.on('SIGTERM', interrupt(143));
  return abort;
}
