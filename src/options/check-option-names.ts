import { OptionError } from '../errors';

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

/** The candidate that a misspelt name was most likely meant to be; capitals and punctuation count for nothing. */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.replace(/[^a-z\d]/gi, '').toLowerCase();
  const distances = known.map((other) => editDistance(plain(name), plain(other)));
  return known[distances.indexOf(Math.min(...distances))];
}

/** Letters to insert, delete or replace (Levenshtein 1966). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] as number) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}

/** A value as a message names it; a promise is one that somebody forgot to await. */
export function kindOf(value: unknown): string {
  if (value instanceof Promise) return 'a Promise. Await it first';
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object' || value === null) return String(value);
  const names = Object.keys(value);
  return names.length === 0 ? 'an empty object' : `an object of ${names.join(', ')}`;
}
