import { OptionError } from '../errors';

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

/** No state is as deep; a cycle is. */
const MAX_EXACT_DEPTH = 64;

/**
 * JSON from which `JSON.parse` makes equal values again, numbers bit for bit; names without a value are left out.
 *
 * @param what names the value in errors
 * @throws {@link OptionError} for anything that JSON cannot say, such as NaN, a typed array or an instance of a class
 */
export function exactJson(value: unknown, what: string, depth = 0): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  // JSON.stringify drops the sign of zero; JSON itself does not.
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'object' && depth < MAX_EXACT_DEPTH) {
    if (Array.isArray(value)) {
      // Array.from, since map passes over holes.
      const items = Array.from(value, (item, index) => exactJson(item, `${what}[${index}]`, depth + 1));
      return `[${items.join(',')}]`;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype === null || Object.getPrototypeOf(prototype) === null) {
      const members = Object.entries(value as object)
        .filter(([, member]) => member !== undefined)
        .map(
          ([name, member]) => `${JSON.stringify(name)}:${exactJson(member, `${what}.${name}`, depth + 1)}`,
        );
      return `{${members.join(',')}}`;
    }
  }
  throw new OptionError(
    `${what}: expected plain JSON (texts, finite numbers, booleans, null, lists, objects), received ${describeExact(value, depth)}. Typed arrays belong in tensors.`,
  );
}

function describeExact(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
  }
  if (depth >= MAX_EXACT_DEPTH) return `more than ${MAX_EXACT_DEPTH} levels, or a cycle`;
  return `an object of ${value.constructor?.name || 'a class without a name'}`;
}
