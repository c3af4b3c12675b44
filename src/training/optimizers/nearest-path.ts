/**
 * Finds what a misspelt start of a weight's name may have meant: the start of a name, of as many parts, that is fewest
 * letters away.
 */
export function nearestPath(pattern: string, names: readonly string[]): string | undefined {
  const parts = pattern.split('/').filter(Boolean).length;
  let nearest: { path: string; distance: number } | undefined;
  for (const path of new Set(names.map((name) => name.split('/').slice(0, parts).join('/')))) {
    const distance = editDistance(pattern, path);
    if (!nearest || distance < nearest.distance) nearest = { path, distance };
  }
  return nearest?.path;
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
