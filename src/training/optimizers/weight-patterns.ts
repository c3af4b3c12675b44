/** Names a set of weights: the start of their names, a pattern for them, or a function that knows them. */
export type WeightPattern = string | RegExp | ((weightName: string) => boolean);

/**
 * Makes a function of a pattern.
 *
 * A string matches whole parts of a name, which slashes separate: `layer_1` matches `layer_1/kernel`, not `layer_10/kernel`.
 */
export function matcherOf(pattern: WeightPattern): (weightName: string) => boolean {
  if (typeof pattern === 'function') return pattern;
  if (typeof pattern === 'string') {
    const prefix = pattern.endsWith('/') ? pattern : `${pattern}/`;
    return (name) => name === pattern || name.startsWith(prefix);
  }
  // With `g` or `y`, a RegExp remembers where its last match ended, and would miss the next weight.
  const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  return (name) => stateless.test(name);
}

/** A pattern as an error message shows it. */
export function showPattern(pattern: WeightPattern): string {
  return typeof pattern === 'string' ? `'${pattern}'` : String(pattern);
}
