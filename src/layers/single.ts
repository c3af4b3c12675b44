/** The one item of what tfjs hands to a layer with one input: the item itself or a list of it. */
export function single<T>(items: T | T[]): T {
  return Array.isArray(items) ? (items[0] as T) : items;
}
