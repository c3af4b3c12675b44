import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { dropoutMask, seededDropout } from '../../../src/layers/ops/seeded-dropout';
import { createRandom } from '../../../src/random';
import { useBackend } from '../../support/use-backend';

useBackend();

const COUNT = 20_011;

describe('seededDropout', () => {
  it.each([0.1, 0.5, 0.9])('drops a share of %f and scales the others', (rate) => {
    const values = Array.from(seededDropout(tf.ones([COUNT]), rate, 5).dataSync());
    const dropped = values.filter((value) => value === 0).length;
    // Five standard deviations of a binomial count.
    expect(Math.abs(dropped - rate * COUNT)).toBeLessThan(5 * Math.sqrt(COUNT * rate * (1 - rate)));
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
    // Neighbours are independent: both dropped with probability rate^2.
    const pairs = values.filter((value, at) => value === 0 && values[at + 1] === 0).length;
    expect(Math.abs(pairs / COUNT - rate ** 2)).toBeLessThan(0.02);
  });

  it('is a function of its seed', () => {
    const mask = (seed: number) => seededDropout(tf.ones([7, 11]), 0.5, seed).dataSync();
    expect(mask(1)).toEqual(mask(1));
    expect(mask(1)).not.toEqual(mask(2));
  });

  it('gives what it got at rate 0', () => {
    const x = tf.ones([3]);
    expect(seededDropout(x, 0, 1)).toBe(x);
  });
});

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
