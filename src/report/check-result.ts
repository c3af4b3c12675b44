import { OptionError } from '../errors';
import { kindOf } from '../options/check-option-names';
import { checkClassNames } from '../training/evaluation/class-names';
import { classNamesOfResult, type ExperimentResult } from './experiment-result';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
/** JSON has null for what is not finite. */
const isFigure = (value: unknown) => isNumber(value) || value === null;
const isPair = (value: unknown) => Array.isArray(value) && value.length === 2;
const areObjects = (value: unknown) => Array.isArray(value) && value.every(isObject);
const areCounts = (value: unknown) => isObject(value) && Object.values(value).every(isNumber);
const isAbsent = (value: unknown) => value === undefined || value === null;

/** What the page shows of a result, and must be there: by path, the check of its value. */
const RESULT: Readonly<Record<string, (value: unknown) => boolean>> = {
  'dataset.name': isText,
  'dataset.splits.train': areCounts,
  'dataset.splits.validation': areCounts,
  'dataset.splits.test': (value) => isAbsent(value) || areCounts(value),
  'dataset.dropped': isNumber,
  'dataset.skipped': areObjects,
  config: isObject,
  'backend.summary': isText,
  epochs: areObjects,
  bestEpoch: isNumber,
  stoppedBy: isText,
  timing: isObject,
};

/** The same of an evaluation; its classes are checked besides. */
const EVALUATION: typeof RESULT = {
  loss: isFigure,
  accuracy: isFigure,
  macroF1: isFigure,
  weightedF1: isFigure,
  'ci95.accuracy': isPair,
  'ci95.macroF1': isPair,
};

/** Most paths that the message lists. */
const MOST_PATHS = 5;

/**
 * Refuses what is no result of a run, such as the JSON of something else.
 *
 * @throws {@link OptionError} naming what is missing, or is there in another form
 */
export function checkResult(result: unknown): asserts result is ExperimentResult {
  if (!isObject(result)) {
    throw new OptionError(
      `writeReport: expected a result, as result.json holds it, received ${kindOf(result)}.`,
    );
  }
  if (!isAbsent(result.classNames)) checkClassNames('writeReport: classNames', result.classNames);
  const classNames = classNamesOfResult(result as Pick<ExperimentResult, 'classNames'>);
  const { baselines } = result;
  const evaluations = {
    validation: result.validation,
    test: result.test,
    ...(isObject(baselines) && {
      'baselines.textOnly': baselines.textOnly,
      'baselines.imageOnly': baselines.imageOnly,
    }),
  };
  const wrong = [
    ...wrongPaths(result, RESULT),
    ...wrongEvaluation(
      'baselines.majority',
      isObject(baselines) ? baselines.majority : undefined,
      classNames,
    ),
    ...Object.entries(evaluations).flatMap(([path, value]) =>
      isAbsent(value) ? [] : wrongEvaluation(path, value, classNames),
    ),
  ];
  if (wrong.length === 0) return;
  const rest = wrong.length - MOST_PATHS;
  throw new OptionError(
    `writeReport: expected a result, as result.json holds it, received ${kindOf(result)}, in which these are missing or of another ` +
      `form: ${wrong.slice(0, MOST_PATHS).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`,
  );
}

function wrongPaths(fields: Fields, checks: typeof RESULT): string[] {
  return Object.keys(checks).filter((path) => !checks[path]?.(valueAt(fields, path)));
}

function valueAt(fields: Fields, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), fields);
}

function wrongEvaluation(path: string, value: unknown, classNames: readonly string[]): string[] {
  if (!isObject(value)) return [path];
  const { perClass, confusionMatrix } = value;
  const unscored = classNames.filter((name) => {
    const scores = isObject(perClass) && Object.hasOwn(perClass, name) ? perClass[name] : undefined;
    return !isObject(scores) || !isNumber(scores.support);
  });
  const isRow = (row: unknown) =>
    Array.isArray(row) && row.length === classNames.length && row.every(isNumber);
  const isMatrix =
    Array.isArray(confusionMatrix) &&
    confusionMatrix.length === classNames.length &&
    confusionMatrix.every(isRow);
  return [
    ...wrongPaths(value, EVALUATION).map((name) => `${path}.${name}`),
    ...unscored.map((name) => `${path}.perClass of ${name}`),
    ...(isMatrix ? [] : [`${path}.confusionMatrix [${classNames.length}][${classNames.length}]`]),
  ];
}
