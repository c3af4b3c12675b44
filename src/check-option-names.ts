import { OptionError } from './errors';
import { nearestOf } from './nearest-of';

/**
 * Refuses an options object with a name that nobody reads: a misspelt option would be without effect, and silent.
 *
 * @param where the function that takes the options, for the message
 * @param options what the caller passed
 * @param names every option there is; its type makes the compiler find a name that is missing here
 * @throws {@link OptionError} naming the unknown option and the nearest there is, and when `options` is no object.
 */
export function checkOptionNames<Options extends object>(
  where: string,
  options: Options,
  names: Readonly<Record<keyof Options, true>>,
): void {
  const known = Object.keys(names);
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OptionError(
      `${where}: expected an object of options (${known.join(', ')}), received ${Array.isArray(options) ? 'an array' : options}.`,
    );
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  throw new OptionError(
    `${where}: expected options among ${known.join(', ')}, received "${unknown}". Did you mean ${nearestOf(unknown, known)}?`,
  );
}
