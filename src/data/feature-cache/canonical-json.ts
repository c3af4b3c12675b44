import { OptionError } from '../../errors';

/**
 * JSON in which equal values have equal texts: keys are sorted, and keys without a value are left out.
 *
 * @param what names the value in errors
 * @throws {@link OptionError} for anything that JSON cannot say, such as NaN, a function or an instance of a class
 */
export function canonicalJson(value: unknown, what: string): string {
  return JSON.stringify(sorted(value, what, 0));
}

/** No configuration is as deep; a cycle is. */
const MAX_DEPTH = 64;

function sorted(value: unknown, what: string, depth: number): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'object' && depth < MAX_DEPTH) {
    if (Array.isArray(value)) return value.map((item, index) => sorted(item, `${what}[${index}]`, depth + 1));
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      const entries = Object.entries(value as object)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(
        entries.map(([key, item]) => [key, sorted(item, `${what}.${key}`, depth + 1)]),
      );
    }
  }
  throw new OptionError(
    `${what}: expected plain JSON (texts, finite numbers, booleans, null, lists, objects), received ${describe(value)}.`,
  );
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null)
    return `an object of ${value.constructor?.name ?? 'no class'}`;
  return typeof value === 'number' ? String(value) : typeof value;
}
