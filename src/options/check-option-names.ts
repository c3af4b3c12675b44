import { closestMatch } from 'leven';
import { OptionError } from '../errors';

/**
 * Refuses an options object with a name that nobody reads: a misspelt option would be without effect, and silent.
 *
 * @param where the function that takes the options, for the message
 * @param options what the caller passed
 * @param names every option there is, as the keys of an object, such as an option table; its type makes the compiler find a name
 * that is missing
 * @throws {@link OptionError} naming the unknown option and the nearest there is, and when `options` is no object.
 */
export function checkOptionNames<Options extends object>(
  where: string,
  options: Options,
  names: Readonly<Record<keyof Options, unknown>>,
): void {
  const known = Object.keys(names);
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OptionError(
      `${where}: expected an object of options (${known.join(', ')}), received ${Array.isArray(options) ? 'an array' : options}.`,
    );
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const near = nearestOf(unknown, known);
  throw new OptionError(
    `${where}: expected options among ${known.join(', ')}, received "${unknown}".${near === undefined ? '' : ` Did you mean ${near}?`}`,
  );
}

/**
 * The candidate that a misspelt name was most likely meant to be, capitals and punctuation apart: few letters differ, or one name
 * holds the other. None where nothing is near.
 */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  const given = plain(name);
  if (given === '') return undefined;
  const fewLetters = given.length < 4 ? 1 : Math.max(2, Math.floor(given.length / 3));
  const near = closestMatch(given, known.map(plain), { maxDistance: fewLetters });
  return known.find((other) =>
    near === undefined
      ? isPartOf(given, plain(other)) || isPartOf(plain(other), given)
      : plain(other) === near,
  );
}

const plain = (text: string) => text.replace(/[^a-z\d]/gi, '').toLowerCase();
const isPartOf = (part: string, whole: string) => part.length > 2 && whole.includes(part);

/** A value as a message names it; a promise is one that somebody forgot to await. */
export function kindOf(value: unknown): string {
  if (value instanceof Promise) return 'a Promise. Await it first';
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object' || value === null) return String(value);
  const names = Object.keys(value);
  return names.length === 0 ? 'an empty object' : `an object of ${names.join(', ')}`;
}
