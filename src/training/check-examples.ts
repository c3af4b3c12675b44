import { OptionError } from '../errors';

/**
 * Refuses what plain JavaScript may pass in place of `LabelledExamples`, the batches of tfjs' own loop above all.
 *
 * @param name what messages call the data
 * @throws {@link OptionError} when `data` cannot give labels and batches by index
 */
export function checkExamples(name: string, data: unknown): void {
  const { size, labels, batch } = (data ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof size === 'number' && typeof labels === 'object' && typeof batch === 'function') return;
  const isBatches = typeof data === 'object' && data !== null && 'toDataset' in data;
  throw new OptionError(
    `${name}: expected LabelledExamples { size, labels, batch }, such as prepareCompactExamples makes, received ` +
      (isBatches
        ? "the batches of mvsaBatches. Those are for tfjs' own loop: model.fitDataset(batches.toDataset()), model.evaluateDataset."
        : `${data === null ? 'null' : typeof data}.`),
  );
}
