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
