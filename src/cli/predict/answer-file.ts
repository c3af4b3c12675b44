import { type PredictFileOptions, predictFile, type SentimentClassifier } from '../../classifier';
import { createProgressLine, interruptSignal } from '../../training';

/** Exit code where some rows have no answer, and the command was told to be strict. */
export const SOME_FAILED = 3;
const INTERRUPTED = 130;

/** Answers a file, shows how far it is, and sets the exit code. */
export async function answerFile(
  classifier: SentimentClassifier,
  input: string,
  output: string,
  { strict, quiet, ...options }: PredictFileOptions & { readonly strict: boolean; readonly quiet: boolean },
): Promise<void> {
  const line = createProgressLine();
  const signal = interruptSignal('Stopping after this batch; Ctrl-C once more ends at once.');
  let begun: { readonly at: number; readonly row: number } | undefined;
  let reached = 0;
  try {
    const { rows, failed, resumedAt } = await predictFile(classifier, input, output, {
      ...options,
      signal,
      onProgress(progress) {
        reached = progress.done;
        // What an earlier run had done took no time here.
        begun ??= { at: performance.now(), row: reached };
        const rate = (1000 * (reached - begun.row)) / (performance.now() - begun.at);
        if (!quiet) line.update(progress, rate > 0 ? `${rate.toFixed(0)} posts/s` : '');
      },
    });
    line.clear();
    const resumed = resumedAt > 0 ? `, ${resumedAt} of them before` : '';
    if (!quiet) line.print(`${output}: ${rows} rows answered${resumed}`);
    if (failed === 0) return;
    line.print(`${failed} of ${rows} rows could not be answered: the lines with "error" say why`);
    if (strict) process.exitCode = SOME_FAILED;
  } catch (error) {
    line.clear();
    if (!signal.aborted) throw error;
    line.print(
      reached > 0
        ? `Stopped behind row ${reached}; the same command goes on there.`
        : 'Stopped before the first row was answered.',
    );
    process.exitCode = INTERRUPTED;
  }
}
