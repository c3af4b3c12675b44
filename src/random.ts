/** A stream of random numbers that repeats exactly for the same seed, on every platform. */
export interface Random {
  /** The next number, uniform in [0, 1). */
  uniform(): number;
  /** The next integer, uniform in [0, bound). */
  integer(bound: number): number;
  /** The next standard normal number. */
  normal(): number;
  /** Shuffles an array in place (Fisher-Yates) and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
}

/**
 * Creates a seeded random stream.
 *
 * The generator is mulberry32: 32 bits of state, a few integer operations a number. It is fast enough to fill a
 * dropout mask and good enough for shuffles and initial weights; it is no source of secrets.
 *
 * @param seed any number; only its low 32 bits count
 */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const integer = (bound: number) => Math.floor(uniform() * bound);
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle(items) {
      for (let last = items.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        const held = items[last];
        (items as { [index: number]: unknown })[last] = items[other];
        (items as { [index: number]: unknown })[other] = held;
      }
      return items;
    },
  };
}

/**
 * Derives an independent seed from a seed and a name or number, so that parts of one program do not share a stream.
 *
 * @param seed the program's seed
 * @param part what the new seed is for, such as a layer's name or an epoch's number
 */
export function deriveSeed(seed: number, part: string | number): number {
  let hash = seed | 0;
  for (const character of String(part)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
