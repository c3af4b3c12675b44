/**
 * A signal that Ctrl-C aborts, so that long work can stop at its next safe place; a second Ctrl-C ends the process at once.
 *
 * The process goes on after the first one: whoever listens saves what there is and sets `process.exitCode = 130`, the
 * shells' code for an interruption.
 *
 * @param message printed to stderr at the first Ctrl-C
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
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write(`\n${message}\n`);
    controller.abort(new Error('interrupted'));
  });
  return controller.signal;
}
