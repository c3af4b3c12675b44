import { DataError, OptionError } from '../../errors';
import { SENTIMENT_LABELS } from '../../types';

/**
 * Refuses what plain JavaScript may pass in place of `LabelledExamples`, the batches of tfjs' own loop above all.
 *
 * @param name what messages call the data
 * @throws {@link OptionError} when `data` cannot give labels and batches by index
 * @throws {@link DataError} when there is not one class index for each post
 */
export function checkExamples(name: string, data: unknown): void {
  const { size, labels, batch } = (data ?? {}) as Readonly<Record<string, unknown>>;
  if (
    typeof size === 'number' &&
    typeof labels === 'object' &&
    labels !== null &&
    typeof batch === 'function'
  ) {
    checkLabels(name, size, labels as Readonly<Record<string, ArrayLike<number> | undefined>>);
    return;
  }
  const isBatches = typeof data === 'object' && data !== null && 'toDataset' in data;
  throw new OptionError(
    `${name}: expected LabelledExamples { size, labels, batch }, such as prepareCompactExamples makes, received ` +
      (isBatches
        ? "the batches of mvsaBatches. Those are for tfjs' own loop: model.fitDataset(batches.toDataset()), model.evaluateDataset."
        : `${data === null ? 'null' : typeof data}.`),
  );
}

/** A label too few, or one that is no class, would go on as some number. */
function checkLabels(
  name: string,
  size: number,
  labels: Readonly<Record<string, ArrayLike<number> | undefined>>,
): void {
  for (const [kind, values] of Object.entries({ label: [], ...labels })) {
    if (values === undefined) continue;
    if (values.length !== size) {
      throw new DataError(`${name}: expected ${size} labels in labels.${kind}, received ${values.length}.`);
    }
    const wrong = Array.from(values).findIndex((label) => !(label in SENTIMENT_LABELS));
    if (wrong < 0) continue;
    throw new DataError(
      `${name}: expected class indices of ${SENTIMENT_LABELS.join(', ')} (0 to ${SENTIMENT_LABELS.length - 1}) in ` +
        `labels.${kind}, received ${values[wrong]} at ${wrong}. encodeLabels makes them of names.`,
    );
  }
}
