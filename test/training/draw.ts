import { createRandom } from '../../src/random';

/** How a tensor of a fixture is drawn; see tools/reference/training_head.py. */
export interface Recipe {
  readonly shape: readonly number[];
  readonly seed: number;
  readonly scale: number;
  readonly offset: number;
}

/** float32 numbers, uniform in offset +- scale, the same as the Python script's. */
export function draw({ shape, seed, scale, offset }: Recipe): Float32Array {
  const { uniform } = createRandom(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, () => (uniform() * 2 - 1) * scale + offset);
}
