import { OptionError, ShapeError } from '../errors';

/** The labels of some samples, one each: class names, or integer class indices in an array or typed array. */
export type LabelArray = readonly string[] | ArrayLike<number>;

/** Which classes a metric looks at, and in what order. Without options: the classes that occur, sorted. */
export interface LabelOptions {
  /**
   * Number of classes, at least 1: the classes are the integers from 0 to `numClasses - 1`, and any other label is an
   * error. Not together with `labels`.
   * @defaultValue none: see `labels`
   */
  readonly numClasses?: number;
  /**
   * The classes, in the order of rows and results: names or integers. As in scikit-learn they select: a class left out
   * gets no result of its own. Not together with `numClasses`.
   * @defaultValue the classes that occur among the true and predicted labels, sorted
   */
  readonly labels?: LabelArray;
}

/** The names of {@link LabelOptions}. */
export const LABEL_OPTIONS: Readonly<Record<keyof LabelOptions, true>> = { numClasses: true, labels: true };

/** What the labels of one array are. */
type LabelKind = 'string' | 'integer';

/** Refuses labels that are not all names or all integers, and says which they are. */
export function checkLabels(name: string, labels: LabelArray): LabelKind {
  checkArray(name, labels);
  if (labels.length === 0) throw new ShapeError(`${name}: expected at least one label, received none.`);
  const kind = typeof labels[0] === 'string' ? 'string' : 'integer';
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index];
    if (kind === 'string' ? typeof label !== 'string' : !Number.isInteger(label)) {
      const expected = kind === 'string' ? 'a class name, like those before it' : 'an integer class index';
      throw new OptionError(
        `${name}[${index}]: expected ${expected}, received ${show(label)}. Labels are all names (strings) or all integers.`,
      );
    }
  }
  return kind;
}

/** Refuses two arrays of labels that do not describe the same samples; `predictedName` is what messages call the second. */
export function checkLabelPairs(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  predictedName = 'predictedLabels',
): LabelKind {
  checkArray('trueLabels', trueLabels);
  checkArray(predictedName, predictedLabels);
  if (trueLabels.length !== predictedLabels.length) {
    throw new ShapeError(
      `Expected as many ${predictedName} as trueLabels, received ${predictedLabels.length} and ${trueLabels.length}. ` +
        'Pass one prediction for each true label.',
    );
  }
  const kind = checkLabels('trueLabels', trueLabels);
  checkSameKind(predictedName, checkLabels(predictedName, predictedLabels), kind);
  return kind;
}

/** Refuses what plain JavaScript may pass in place of an array, a tensor above all. */
export function checkArray(name: string, values: unknown): void {
  const isArrayLike =
    typeof values === 'object' && values !== null && 'length' in values && Number.isInteger(values.length);
  if (!isArrayLike) {
    const received = typeof values === 'object' && values !== null ? 'an object' : show(values);
    throw new OptionError(
      `${name}: expected an array or typed array, received ${received}. ` +
        "Read a tensor first, with labelsFromTensor or probabilitiesFromTensor of 'mvsa-fusion/training'.",
    );
  }
}

/** Refuses to compare names with integers. */
export function checkSameKind(name: string, kind: LabelKind, trueKind: LabelKind): void {
  if (kind !== trueKind) {
    throw new OptionError(
      `${name}: expected ${trueKind} labels, like trueLabels, received ${kind} labels. Convert one to the other.`,
    );
  }
}

/** A value as an error message shows it. */
export function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** The values of an array as an error message shows them. */
export function showAll(values: ArrayLike<unknown>): string {
  return `[${Array.from(values, show).join(', ')}]`;
}

/** The classes that the options name, or else those that occur, sorted. */
export function resolveClasses(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  kind: LabelKind,
  { numClasses, labels }: LabelOptions,
): (string | number)[] {
  if (labels !== undefined) {
    if (numClasses !== undefined) {
      throw new OptionError(
        `Expected labels or numClasses, received both (numClasses: ${numClasses}). Leave numClasses out.`,
      );
    }
    return checkClasses(labels, kind);
  }
  if (numClasses !== undefined) return integerClasses(numClasses, kind);

  const occurring = new Set<string | number>();
  for (const labels of [trueLabels, predictedLabels]) {
    for (let index = 0; index < labels.length; index++) occurring.add(labels[index] as string | number);
  }
  return kind === 'string' ? [...occurring].sort() : [...(occurring as Set<number>)].sort((a, b) => a - b);
}

/** Refuses classes of another kind than the samples' labels, and classes named twice. */
export function checkClasses(labels: LabelArray, kind: LabelKind): (string | number)[] {
  checkSameKind('labels', checkLabels('labels', labels), kind);
  const classes: (string | number)[] = Array.from<string | number>(labels);
  const twice = classes.find((label, index) => classes.indexOf(label) !== index);
  if (twice !== undefined) {
    throw new OptionError(`labels: expected each class once, received ${show(twice)} twice. Remove one.`);
  }
  return classes;
}

function integerClasses(numClasses: number, kind: LabelKind): number[] {
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw new OptionError(`numClasses: expected an integer of at least 1, received ${show(numClasses)}.`);
  }
  if (kind === 'string') {
    throw new OptionError(
      `numClasses: expected integer trueLabels, received strings. Pass labels: ['...', '...'] in place of numClasses.`,
    );
  }
  return Array.from({ length: numClasses }, (_, index) => index);
}

/** How often each true label met each predicted label: all that most metrics need to know. */
export interface LabelCounts {
  /** The classes, in the order of rows and columns. */
  readonly classes: readonly (string | number)[];
  /** [classes + 1, classes + 1]: rows are true classes, columns predicted; the last of each are all classes left out. */
  readonly counts: readonly (readonly number[])[];
}

/** Checks labels and counts them, in one pass once the classes are known. */
export function countLabels(
  trueLabels: LabelArray,
  predictedLabels: LabelArray,
  options: LabelOptions = {},
): LabelCounts {
  const kind = checkLabelPairs(trueLabels, predictedLabels);
  const classes = resolveClasses(trueLabels, predictedLabels, kind, options);
  const indices = new Map(classes.map((label, index) => [label, index]));
  const leftOut = classes.length;
  const counts = Array.from({ length: leftOut + 1 }, () => new Array<number>(leftOut + 1).fill(0));
  for (let sample = 0; sample < trueLabels.length; sample++) {
    const row = indices.get(trueLabels[sample] as string | number) ?? leftOut;
    const column = indices.get(predictedLabels[sample] as string | number) ?? leftOut;
    if (options.numClasses !== undefined && (row === leftOut || column === leftOut)) {
      const [name, labels] =
        row === leftOut ? ['trueLabels', trueLabels] : ['predictedLabels', predictedLabels];
      throw new OptionError(
        `${name}[${sample}]: expected a class index from 0 to ${leftOut - 1} (numClasses: ${leftOut}), ` +
          `received ${show(labels[sample])}. Raise numClasses or correct the label.`,
      );
    }
    ((counts[row] as number[])[column] as number)++;
  }
  return { classes, counts };
}
