import type { ExampleLabels } from '../../data';
import { DataError, OptionError } from '../../errors';
import { kindOf } from '../../options/check-option-names';
import { classNamesOf, listClasses } from './class-names';

/**
 * Refuses what plain JavaScript may pass in place of `Examples`, the batches of tfjs' own loop above all.
 *
 * @param name what messages call the data
 * @param labels whether the data may come without labels, as to a prediction
 * @throws {@link OptionError} when `data` cannot give labels and batches by index, lack the labels that are required, or have class
 * names that are none
 * @throws {@link DataError} when there is not one class index for each post
 */
export function checkExamples(name: string, data: unknown, labels: 'required' | 'optional'): void {
  const { size, labels: given, batch, classNames } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const isLabelled = typeof given === 'object' && given !== null;
  if (typeof size !== 'number' || typeof batch !== 'function' || (given !== undefined && !isLabelled)) {
    throw new OptionError(
      `${name}: expected LabelledExamples { size, labels, batch }, such as prepareExamples makes, received ${received(data)}.`,
    );
  }
  const names = classNamesOf({ classNames: classNames as readonly string[] });
  if (isLabelled) checkLabels(name, size, given as Partial<ExampleLabels>, names);
  else if (labels === 'required') {
    throw new OptionError(
      `${name}: expected examples with labels, received some without. Posts without labels can be predicted ` +
        '(predictProbabilities), not trained or scored on; encodeLabels makes labels of class names.',
    );
  }
}

/** What came in place of examples. */
function received(data: unknown): string {
  const isBatches = typeof data === 'object' && data !== null && 'toDataset' in data;
  if (!isBatches) return kindOf(data);
  return "the batches of mvsaBatches. Those are for tfjs' own loop: model.fitDataset(batches.toDataset()), model.evaluateDataset";
}

/** A label too few, or one that is no class, would go on as some number. */
function checkLabels(
  name: string,
  size: number,
  labels: Partial<ExampleLabels>,
  classNames: readonly string[],
): void {
  for (const kind of ['label', 'textLabel', 'imageLabel'] as const) {
    const values = labels[kind] ?? (kind === 'label' ? new Int32Array() : undefined);
    if (values === undefined) continue;
    if (values.length !== size) {
      throw new DataError(`${name}: expected ${size} labels in labels.${kind}, received ${values.length}.`);
    }
    const wrong = Array.from(values).findIndex(
      (label) => !Number.isInteger(label) || label < 0 || label >= classNames.length,
    );
    if (wrong < 0) continue;
    throw new DataError(
      `${name}: expected class indices of ${listClasses(classNames)} (0 to ${classNames.length - 1}) in ` +
        `labels.${kind}, received ${values[wrong]} at ${wrong}. encodeLabels makes them of names.`,
    );
  }
}
