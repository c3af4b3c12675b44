/** A value as a message names it; a promise is one that somebody forgot to await. */
export function kindOf(value: unknown): string {
  if (value instanceof Promise) return 'a Promise. Await it first';
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object' || value === null) return String(value);
  const names = Object.keys(value);
  return names.length === 0 ? 'an empty object' : `an object of ${names.join(', ')}`;
}
