import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { seededDropout } from '../../../src/layers/ops/seeded-dropout';
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
