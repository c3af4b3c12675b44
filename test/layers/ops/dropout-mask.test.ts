import { describe, expect, it } from 'vitest';
import { dropoutMask } from '../../../src/layers/ops/seeded-dropout';
import { createRandom } from '../../../src/random';

describe('dropoutMask', () => {
  it.each([0, 1e-9, 0.1, 0.5, 0.9, 1 - 2 ** -15])(
    'at rate %f drops where 16 bits of a draw are below it',
    (rate) => {
      for (const seed of [0, 7, -1, 2 ** 31 + 5]) {
        for (const size of [1, 2, 5003]) {
          const random = createRandom(seed);
          const kept = Math.fround(1 / (1 - rate));
          const expected = Array.from({ length: Math.ceil(size / 2) }, () => {
            const draw = random.uniform() * 2 ** 32;
            return [Math.floor(draw / 2 ** 16), draw % 2 ** 16].map((half) =>
              half < Math.round(rate * 2 ** 16) ? 0 : kept,
            );
          });
          expect(Array.from(dropoutMask(size, rate, seed))).toEqual(expected.flat().slice(0, size));
        }
      }
    },
  );

  it('draws each element by itself', () => {
    const [size, rate] = [200_003, 0.3];
    const dropped = Array.from(dropoutMask(size, rate, 11), (value) => (value === 0 ? 1 : 0));
    // Pairs at any small distance are both dropped with probability rate^2, within five standard deviations.
    for (const distance of [1, 2, 3, 4, 8, 16, 64, 256]) {
      const both = dropped.filter((value, at) => value && dropped[at + distance]).length / (size - distance);
      expect(Math.abs(both - rate ** 2)).toBeLessThan(5 * Math.sqrt((rate ** 2 * (1 - rate ** 2)) / size));
    }
  });
});
