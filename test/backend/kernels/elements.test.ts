import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noise } from '../../support/noise';
import { useBackend } from '../../support/use-backend';
import { expectGradient } from './expect-gradient';
import { expectSame, startBothBackends } from './expect-same';
import { choices } from './random-choices';

beforeAll(startBothBackends);

const values = (x: tf.Tensor) => Array.from(x.dataSync());

describe('bool', () => {
  const flags = () => tf.tensor2d([0, 1, 1, 0, 1, 0], [2, 3], 'bool');

  it.each([
    ['abs', tf.abs],
    ['exp', tf.exp],
    ['isFinite', tf.isFinite],
    ['isInf', tf.isInf],
    ['isNaN', tf.isNaN],
    ['leakyRelu', tf.leakyRelu],
    ['neg', tf.neg],
    ['relu', tf.relu],
    ['relu6', tf.relu6],
    ['round', tf.round],
    ['selu', tf.selu],
    ['sign', tf.sign],
    ['square', tf.square],
    ['step', tf.step],
  ] as const)('%s equals cpu', (_, run) => expectSame(() => [run(flags())]));

  it('a cast makes 1 of whatever is not 0', async () => {
    await expectSame(() => [
      tf.cast(tf.tensor1d([0, -0, 0.5, -2, 256, 1e-30, NaN]), 'bool'),
      tf.cast(tf.tensor1d([0, 1, -2, 256, 65536], 'int32'), 'bool'),
      tf.cast(flags(), 'float32'),
      tf.cast(flags(), 'int32'),
    ]);
    expect(values(tf.cast(tf.tensor1d([0, 0.5, 256]), 'bool'))).toEqual([0, 1, 1]);
  });
});

it('sign and log1p of tiny numbers', () => {
  const x = tf.tensor1d([-1e-3, -1e-9, 1e-9, 0, 2, NaN]);
  expect(values(tf.sign(x))).toEqual([-1, -1, 1, 0, 1, 0]);
  expect(values(tf.sign(tf.tensor1d([-7, 0, 7], 'int32')))).toEqual([-1, 0, 1]);
  const expected = [-1e-3, -1e-9, 1e-9, 0, 2, NaN].map((value) =>
    Math.fround(Math.log1p(Math.fround(value))),
  );
  expect(values(tf.log1p(x))).toEqual(expected);
});

it('whole numbers are finite, whatever their bits mean as floats', () => {
  const x = tf.tensor1d([-1, 1, 2139095041, 2139095040], 'int32');
  expect([tf.isNaN, tf.isInf, tf.isFinite].map((test) => values(test(x)))).toEqual([
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [1, 1, 1, 1],
  ]);
});

it('clipByValue and relu6 equal cpu on whole numbers, and keep NaN', async () => {
  await expectSame(() => {
    const x = tf.tensor1d([-9, 0, 5, 9, 2147483647], 'int32');
    return [tf.clipByValue(x, -3, 4), tf.relu6(x), tf.clipByValue(noise([2, 3, 5], 1), -0.5, 0.7)];
  });
  const x = tf.tensor1d([NaN, Infinity, -Infinity, 3]);
  expect(values(tf.clipByValue(x, -1, 2))).toEqual([NaN, 2, -1, 2]);
  expect(values(tf.relu6(x))).toEqual([NaN, 6, 0, 3]);
});

it.each(choices(30))('prelu broadcasts its weights as cpu does, seed %i', async (_, { between, of }) => {
  const shape = Array.from({ length: between(1, 4) }, () => of([1, 2, 3, 5]));
  const alpha = shape.map((size) => of([1, size])).slice(between(0, shape.length - 1));
  const run = (x: tf.Tensor, a: tf.Tensor) => tf.prelu(x, a);
  await expectSame(() => {
    const loss = (x: tf.Tensor, a: tf.Tensor) => tf.sum(tf.square(run(x, a)));
    const at = [noise(shape, 1), noise(alpha, 2)];
    return [run(...(at as [tf.Tensor, tf.Tensor])), ...tf.grads(loss as never)(at)];
  });
});

it('oneHot equals cpu in every type, and ignores indices out of range', async () => {
  await expectSame(() => {
    const ids = tf.tensor2d([0, 4, -1, 5, 2, 2], [2, 3], 'int32');
    return [
      tf.oneHot(ids, 5),
      tf.oneHot(ids, 5, 1, 0, 'float32'),
      tf.oneHot(ids, 5, 0.5, -2, 'float32'),
      tf.oneHot(ids, 5, 1, 0, 'bool'),
    ];
  });
});

it.each(choices(30))('gather with batch axes equals cpu, seed %i', async (_, { between, of }) => {
  const shape = Array.from({ length: between(2, 4) }, () => of([1, 2, 3, 5]));
  const axis = between(1, shape.length - 1);
  const [batch, size, count] = [shape[0] as number, shape[axis] as number, between(0, 4)];
  await expectSame(() => {
    const ids = tf.tensor2d(
      Array.from({ length: batch * count }, (_, at) => (at * 7) % size),
      [batch, count],
      'int32',
    );
    return [
      tf.gather(noise(shape, 1), ids, axis, 1),
      tf.gather(tf.cast(tf.mul(noise(shape, 1), 9), 'int32'), ids, axis, 1),
      tf.gather(tf.greater(noise(shape, 1), 0), ids, axis, 1),
    ];
  });
  const beyond = tf.fill([batch, 1], size, 'int32');
  expect(() => tf.gather(noise(shape, 1), beyond, axis, 1)).toThrow(
    `gather: index ${size} is not in [0, ${size})`,
  );
});

it('reductions over nothing give the neutral element, never memory left by others', () => {
  for (let round = 0; round < 3; round++) {
    tf.dispose(tf.fill([2], 7)); // what an unwritten result would show
    const [x, flags] = [tf.zeros([2, 0, 3]), tf.zeros([2, 0, 3], 'bool')];
    const over = (reduce: (x: tf.Tensor, axis: number) => tf.Tensor, of: tf.Tensor = x) => {
      const y = reduce(of, -2);
      expect(y.shape).toEqual([2, 3]);
      return [...new Set(values(y))];
    };
    expect([over(tf.sum), over(tf.prod), over(tf.max), over(tf.min), over(tf.mean)]).toEqual([
      [0],
      [1],
      [-Infinity],
      [Infinity],
      [NaN],
    ]);
    expect([over(tf.all, flags), over(tf.any, flags)]).toEqual([[1], [0]]);
    expect(tf.sum(x, [0, 1], true).shape).toEqual([1, 1, 3]);
  }
});

it.each([
  [
    'Dilation2D',
    () => tf.dilation2d(noise<tf.Tensor4D>([1, 5, 5, 1]), noise<tf.Tensor3D>([2, 2, 1]), 1, 'valid'),
  ],
  ['MaxPoolWithArgmax', () => tf.maxPoolWithArgmax(noise<tf.Tensor4D>([1, 4, 4, 1]), 2, 2, 'valid')],
  [
    'Conv3DBackpropInputV2',
    () =>
      tf.grad((x) => tf.sum(tf.conv3d(x as tf.Tensor5D, noise<tf.Tensor5D>([2, 2, 2, 2, 3]), 1, 'valid')))(
        noise([1, 4, 4, 4, 2]),
      ),
  ],
] as const)('%s, wrong in tfjs and not needed here, is refused', (name, run) => {
  expect(run).toThrow(`${name} is wrong on wasm in tfjs 4.22`);
});

it('the gradients of erf-GELU and softmax equal finite differences', () => {
  const gelu = (x: tf.Tensor) => tf.mul(tf.mul(0.5, x), tf.add(1, tf.erf(tf.div(x, Math.SQRT2))));
  expectGradient(gelu, [noise([3, 7], 1)]);
  expectGradient((x) => tf.softmax(x), [noise([2, 3, 7], 1)]);
});

// TensorFlow copies in a cast to the same type.
useBackend('wasm');

const blocks = () => tf.backend().numDataIds();

it.each([
  ['clone', (x: tf.Tensor) => tf.clone(x)],
  ['cast to its own type', (x: tf.Tensor) => tf.cast(x, x.dtype)],
] as const)('%s shares the memory until its last owner goes', (_, copy) => {
  for (const dtype of ['float32', 'int32', 'bool'] as const) {
    const before = blocks();
    const x = tf.tensor1d([0, 1, 1], dtype);
    const other = copy(x);
    expect(blocks()).toBe(before + 1);
    expect([other.dtype, other.shape]).toEqual([dtype, [3]]);
    x.dispose();
    expect(Array.from(other.dataSync())).toEqual([0, 1, 1]);
    other.dispose();
    expect(blocks()).toBe(before);
  }
});

it('a variable that is assigned leaves its clone as it was', () => {
  const variable = tf.variable(tf.tensor1d([1, 2]));
  const kept = tf.clone(variable);
  variable.assign(tf.tensor1d([3, 4]));
  expect(Array.from(kept.dataSync())).toEqual([1, 2]);
  expect(Array.from(variable.dataSync())).toEqual([3, 4]);
  tf.dispose([variable, kept]);
});

it('clones text, and casts to another type', () => {
  expect(tf.clone(tf.tensor1d(['a', 'ü'])).dataSync()).toEqual(['a', 'ü']);
  const cast = tf.cast(tf.tensor1d([1.7, -2.3]), 'int32');
  expect([cast.dtype, ...cast.dataSync()]).toEqual(['int32', 1, -2]);
});
