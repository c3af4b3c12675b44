import type { Examples } from '../../data';
import { OptionError } from '../../errors';
import { SENTIMENT_LABELS } from '../../types';

/**
 * The class names of examples: their own, else those of MVSA.
 *
 * @throws {@link OptionError} when they are no list of two or more different names
 */
export function classNamesOf({ classNames }: Pick<Examples, 'classNames'>): readonly string[] {
  if (classNames === undefined || classNames === null) return SENTIMENT_LABELS;
  checkClassNames('classNames', classNames);
  return classNames;
}

/** Refuses what is no list of two or more different names; `where` is what messages call it. */
export function checkClassNames(where: string, classNames: unknown): void {
  const isList = Array.isArray(classNames) && classNames.length >= 2;
  const wrong = isList
    ? classNames.findIndex(
        (name, index) => typeof name !== 'string' || name === '' || classNames.indexOf(name) !== index,
      )
    : 0;
  if (isList && wrong < 0) return;
  const received = isList ? `${JSON.stringify(classNames[wrong])} at ${wrong}` : JSON.stringify(classNames);
  throw new OptionError(
    `${where}: expected two or more different names, in the order of the class indices, received ${received}.`,
  );
}

/** Whether two lists hold the same names in the same order. */
export function areSameClasses(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name, index) => name === others[index]);
}

/** Most names that a message lists. */
const MOST_NAMES = 8;

/** Class names for a message; of many the first ones, and how many more there are. */
export function listClasses(classNames: readonly string[]): string {
  const rest = classNames.length - MOST_NAMES;
  const listed = classNames.slice(0, MOST_NAMES).join(', ');
  return rest > 0 ? `${listed} and ${rest} more` : listed;
}

/**
 * Refuses an output that is no `logits` of these classes.
 *
 * @param where the function that reads them, for the message
 * @param what what messages call the output
 * @param shape of the output; a number of classes that is not known before the model runs is null, and passes
 * @throws {@link OptionError} naming the classes
 */
export function checkLogitsShape(
  where: string,
  what: string,
  shape: readonly (number | null)[] | undefined,
  classNames: readonly string[],
): void {
  if (shape?.length === 2 && (shape[1] === classNames.length || shape[1] === null)) return;
  throw new OptionError(
    `${where}: expected ${what} to be logits [batch, ${classNames.length}], one for each of ${listClasses(classNames)}, received ` +
      `${JSON.stringify(shape)}. Build the model for as many classes, or give the data their own classNames.`,
  );
}
