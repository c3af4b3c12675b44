import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { OptionError, ShapeError } from '../../src/errors';
import { modalityStandIns } from '../../src/layers';
import { maxDifference } from '../support/max-difference';
import { noise } from '../support/noise';
import { useBackend } from '../support/use-backend';

useBackend();

const PADDED = [
  [1, 1, 0],
  [1, 1, 1],
  [1, 0, 0],
];
const column = (values: readonly number[]) => tf.tensor2d([...values], [values.length, 1]);
const inputs = (text: readonly number[] = [1, 1, 1], image: readonly number[] = [1, 1, 1]) => [
  noise([3, 3, 5], 1),
  tf.tensor2d(PADDED),
  noise([3, 7, 11], 2),
  column(text),
  column(image),
];
const layer = (rate = 0) => modalityStandIns({ name: 'halves', rate, seed: 3 });
const run = (one: ReturnType<typeof layer>, given: tf.Tensor[], training = false) =>
  one.apply(given, { training }) as [tf.Tensor3D, tf.Tensor2D, tf.Tensor3D, tf.Tensor2D];

describe('what is missing', () => {
  it('is nothing: the outputs equal the inputs bit for bit', () => {
    const given = inputs();
    for (const training of [false, true]) {
      const outputs = run(layer(), given, training);
      for (const [index, output] of outputs.entries())
        expect(output.dataSync()).toEqual((given[index] as tf.Tensor).dataSync());
    }
  });

  it('is a text: one learned token, and nothing else of it', () => {
    const one = layer();
    const given = inputs([1, 0, 1]);
    const [tokens, mask, regions, present] = run(one, given);
    const standIn = Array.from((one.getWeights()[0] as tf.Tensor).dataSync());
    expect(tokens.arraySync()[1]).toEqual([standIn, Array(5).fill(0), Array(5).fill(0)]);
    expect(mask.arraySync()).toEqual([PADDED[0], [1, 0, 0], PADDED[2]]);
    expect(regions.dataSync()).toEqual(given[2]?.dataSync());
    expect(present.arraySync()).toEqual([[1], [0], [1]]);
    expect(tokens.arraySync()[0]).toEqual((given[0] as tf.Tensor3D).arraySync()[0]);
  });

  it('may be a text in a batch of one-word texts: the stand-in learns there too', () => {
    const one = layer();
    const given = [
      noise([2, 1, 5], 1),
      tf.ones([2, 1]),
      noise([2, 7, 11], 2),
      column([0, 1]),
      column([1, 1]),
    ];
    const loss = () => tf.sum(run(one, given)[0]) as tf.Scalar;
    tf.dispose(loss());
    const standIn = one.weights[0]?.read() as tf.Variable;
    const { grads } = tf.variableGrads(loss, [standIn]);
    expect(Array.from(grads[standIn.name]?.dataSync() ?? [])).toEqual(Array(5).fill(1));
  });

  it('is an image: every region is the learned one', () => {
    const one = layer();
    const given = inputs([1, 1, 1], [0, 1, 1]);
    const [tokens, , regions, present] = run(one, given);
    const standIn = Array.from((one.getWeights()[1] as tf.Tensor).dataSync());
    expect(regions.arraySync()[0]).toEqual(Array(7).fill(standIn));
    expect(regions.arraySync()[2]).toEqual((given[2] as tf.Tensor3D).arraySync()[2]);
    expect(tokens.dataSync()).toEqual(given[0]?.dataSync());
    expect(present.arraySync()).toEqual([[1], [1], [1]]);
  });

  it('is both: both stand-ins', () => {
    const [, mask, regions, present] = run(layer(0.5), inputs([1, 1, 0], [1, 1, 0]), true);
    expect(mask.arraySync()[2]).toEqual([1, 0, 0]);
    expect(regions.arraySync()[2]?.[0]).toEqual(regions.arraySync()[2]?.[6]);
    expect(present.arraySync()[2]).toEqual([0]);
  });

  it('is a text of padding alone, too', () => {
    const given = inputs();
    given[1] = tf.tensor2d([[0, 0, 0], ...PADDED.slice(1)]);
    const [, mask, , present] = run(layer(), given);
    expect(mask.arraySync()[0]).toEqual([1, 0, 0]);
    expect(present.arraySync()).toEqual([[0], [1], [1]]);
  });

  it('is told by numbers or by booleans', () => {
    const one = layer();
    const given = inputs([0, 1, 1], [1, 0, 1]);
    const expected = run(one, given).map((output) => output.dataSync());
    for (const dtype of ['bool', 'int32'] as const) {
      const cast = given.map((x, at) => ([1, 3, 4].includes(at) ? tf.cast(x, dtype) : x));
      for (const [at, output] of run(one, cast).entries()) {
        expect(output.dtype).toBe('float32');
        expect(output.dataSync()).toEqual(expected[at]);
      }
    }
  });

  it('has no effect whatever it holds, and gets no gradient', () => {
    const one = layer();
    const clean = inputs([0, 1, 1], [1, 1, 0]);
    const soil = (x: tf.Tensor, row: number) => {
      const rows = tf.unstack(x);
      rows[row] = tf.fill((rows[row] as tf.Tensor).shape, Number.NaN);
      return tf.stack(rows);
    };
    const [tokens, mask, regions, ...present] = clean as [tf.Tensor, tf.Tensor, tf.Tensor];
    const soiled = [soil(tokens, 0), soil(mask, 0), soil(regions, 2), ...present];
    const expected = run(one, clean);
    for (const [at, output] of run(one, soiled).entries())
      expect(output.dataSync()).toEqual(expected[at]?.dataSync());

    const loss = (x: tf.Tensor, y: tf.Tensor) => {
      const [a, , b] = run(one, [x, soiled[1] as tf.Tensor, y, ...present]);
      return tf.add(tf.sum(tf.square(a)), tf.sum(tf.square(b))) as tf.Scalar;
    };
    const [dTokens, dRegions] = tf.grads(loss as never)([soiled[0], soiled[2]] as tf.Tensor[]);
    expect(maxDifference(dTokens as tf.Tensor, soiledGradient(tokens, 0))).toBeLessThan(1e-6);
    expect(maxDifference(dRegions as tf.Tensor, soiledGradient(regions, 2))).toBeLessThan(1e-6);
  });

  /** The gradient of a sum of squares, zero in one row. */
  const soiledGradient = (x: tf.Tensor, row: number) => {
    const rows = tf.unstack(tf.mul(x, 2));
    rows[row] = tf.zerosLike(rows[row] as tf.Tensor);
    return tf.stack(rows).dataSync();
  };
});

describe('training', () => {
  const BATCH = 4000;
  const many = (text = 1, image = 1) => [
    tf.ones([BATCH, 1, 2]),
    tf.ones([BATCH, 1]),
    tf.ones([BATCH, 1, 2]),
    tf.fill([BATCH, 1], text),
    tf.fill([BATCH, 1], image),
  ];
  /** Which posts have lost which half; the stand-ins hold no 1. */
  const lost = (outputs: readonly tf.Tensor[]) =>
    [outputs[0], outputs[2]].map((x) =>
      Array.from(tf.slice(x as tf.Tensor3D, 0, [-1, 1, 1]).dataSync(), (value) => value !== 1),
    ) as [boolean[], boolean[]];

  it('takes one half, never both, of the share of posts that is asked: half of them texts', () => {
    const outputs = run(layer(0.4), many(), true);
    const [texts, images] = lost(outputs);
    expect(texts.some((isLost, at) => isLost && images[at])).toBe(false);
    for (const half of [texts, images]) {
      const share = half.filter(Boolean).length / BATCH;
      // Four standard deviations.
      expect(Math.abs(share - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / BATCH));
    }
    expect(Array.from(outputs[3].dataSync(), (present) => present === 0)).toEqual(texts);
  });

  it.each([
    [1, 0],
    [0, 1],
  ])('takes nothing of a post of one half: text %i, image %i', (text, image) => {
    const [texts, images] = lost(run(layer(0.9), many(text, image), true));
    expect(new Set(texts)).toEqual(new Set([!text]));
    expect(new Set(images)).toEqual(new Set([!image]));
  });

  it('takes nothing in inference', () => {
    const given = many();
    const outputs = run(layer(0.9), given);
    for (const [at, output] of outputs.entries()) expect(output.dataSync()).toEqual(given[at]?.dataSync());
  });

  it('repeats for a seed and a step, and differs from call to call', () => {
    const draws = (seed: number) => {
      const one = modalityStandIns({ rate: 0.5, seed });
      const [first, second] = [1, 2].map(() => lost(run(one, many(), true)));
      one.maskSeeds.startStep(17, 0);
      const third = lost(run(one, many(), true));
      one.maskSeeds.startStep(17, 0);
      return { first, second, third, again: lost(run(one, many(), true)) };
    };
    const { first, second, third, again } = draws(3);
    expect(first).not.toEqual(second);
    expect(again).toEqual(third);
    expect(draws(3)).toEqual({ first, second, third, again });
    expect(draws(4).first).not.toEqual(first);
  });
});

describe('what it refuses', () => {
  it.each([1, -0.1, Number.NaN, '0.1', undefined])('a rate of %s', (rate) => {
    const make = () => modalityStandIns({ name: 'halves', rate: rate as number });
    expect(make).toThrow(OptionError);
    expect(make).toThrow(`Layer halves: expected rate in [0, 1), received ${rate}.`);
  });

  it.each<[string, (given: tf.Tensor[]) => tf.Tensor | tf.Tensor[], RegExp]>([
    [
      'a single input',
      ([tokens]) => tokens as tf.Tensor,
      /expected inputs \[tokens, .*received \[3, 3, 5\]\.$/,
    ],
    ['four inputs', (given) => given.slice(0, 4), /of the ranks 3, 2, 3, 2, 2, received/],
    [
      'inputs in another order',
      ([a, b, c, d, e]) => [b, a, c, d, e] as tf.Tensor[],
      /of the ranks 3, 2, 3, 2, 2/,
    ],
    [
      'a mask of another length',
      (given) => given.with(1, tf.ones([3, 4])),
      /paddingMask of the tokens' length/,
    ],
    [
      'presences of another batch',
      (given) => given.with(3, tf.ones([1, 1])),
      /of one batch size, received .*\[1, 1\]/,
    ],
    ['presences of two columns', (given) => given.with(4, tf.ones([3, 2])), /imagePresent \[batch, 1\]/],
    [
      'texts of no token at all',
      (given) => given.with(0, tf.ones([3, 0, 5])).with(1, tf.ones([3, 0])),
      /tokens of at least one position/,
    ],
  ])('%s', (_what, change, message) => {
    const build = () => layer().apply(change(inputs()));
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(message);
    // A layer that is built already says the same.
    const built = layer();
    built.apply(inputs());
    expect(() => built.apply(change(inputs()))).toThrow(message);
  });
});
