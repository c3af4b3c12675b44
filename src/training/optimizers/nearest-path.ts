import { nearestOf } from '../../nearest-of';

/**
 * Finds what a misspelt start of a weight's name may have meant: the start of a name, of as many parts, that is fewest
 * letters away.
 */
export function nearestPath(pattern: string, names: readonly string[]): string | undefined {
  const parts = pattern.split('/').filter(Boolean).length;
  return nearestOf(pattern, [...new Set(names.map((name) => name.split('/').slice(0, parts).join('/')))]);
}
