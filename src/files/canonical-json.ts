import { OptionError } from '../errors';

/**
 * JSON in which equal values have equal texts: names are sorted, -0 is 0, and names without a value are left out.
 *
 * @param what names the value in errors
 * @throws {@link OptionError} for anything that JSON cannot say, such as NaN, a function or an instance of a class
 */
export function canonicalJson(value: unknown, what: string): string {
  return JSON.stringify(JSON.parse(exactJson(value, what)), sortNames);
}

function sortNames(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * JSON from which `JSON.parse` makes equal values again, numbers bit for bit; names keep their order, and those without a value
 * are left out.
 *
 * @param what names the value in errors
 * @throws {@link OptionError} for anything that JSON cannot say, such as NaN, a typed array or an instance of a class
 */
export function exactJson(value: unknown, what: string): string {
  return encode(value, what, 0);
}

/** No state or configuration is as deep; a cycle is. */
const MAX_DEPTH = 64;

function encode(value: unknown, what: string, depth: number): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  // JSON.stringify drops the sign of zero; JSON itself does not.
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'object' && depth < MAX_DEPTH) {
    if (Array.isArray(value)) {
      // Array.from, since map passes over holes.
      const items = Array.from(value, (item, index) => encode(item, `${what}[${index}]`, depth + 1));
      return `[${items.join(',')}]`;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype === null || Object.getPrototypeOf(prototype) === null) {
      const members = Object.entries(value as object)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => `${JSON.stringify(name)}:${encode(member, `${what}.${name}`, depth + 1)}`);
      return `{${members.join(',')}}`;
    }
  }
  const advice = ArrayBuffer.isView(value) ? ' Typed arrays belong in tensors.' : '';
  throw new OptionError(
    `${what}: expected plain JSON (texts, finite numbers, booleans, null, lists, objects), received ${describe(value, depth)}.${advice}`,
  );
}

function describe(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
  }
  if (depth >= MAX_DEPTH) return `more than ${MAX_DEPTH} levels, or a cycle`;
  return `an object of ${value.constructor?.name || 'a class without a name'}`;
}
