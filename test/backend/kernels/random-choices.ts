import { createRandom } from '../../../src/random';

/** Chance that repeats for a seed, for shapes and options. */
export interface Choices {
  /** A whole number between two limits, both included. */
  between(low: number, high: number): number;
  /** One of some values. */
  of<T>(values: readonly T[]): T;
}

/** Choices for each of many runs. */
export function choices(count: number): [number, Choices][] {
  return Array.from({ length: count }, (_, seed) => {
    const { uniform } = createRandom(seed + 1);
    const between = (low: number, high: number) => low + Math.floor(uniform() * (high - low + 1));
    return [seed, { between, of: (values) => values[between(0, values.length - 1)] as never }];
  });
}

/** Windows over an image that tfjs accepts: sizes, filter, strides and padding, also uneven ones. */
export function randomWindows({ between, of }: Choices) {
  const filter = [between(1, 4), between(1, 4)] as [number, number];
  const image = [between(1, 2), filter[0] + between(0, 5), filter[1] + between(0, 5), of([1, 2, 3, 5])];
  const strides = [between(1, 3), between(1, 3)] as [number, number];
  const side = (size: number) => [between(0, size - 1), between(0, size - 1)] as [number, number];
  const explicit = [[0, 0], side(filter[0]), side(filter[1]), [0, 0]] as never as 'valid';
  const pad = of(['same', 'valid', explicit] as const);
  // tfjs accepts a rounding mode with no other padding.
  const rounding = pad === explicit ? ('floor' as const) : undefined;
  return { filter, image, strides, pad, rounding };
}
