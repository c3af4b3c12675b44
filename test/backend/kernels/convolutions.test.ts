import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { noise } from '../../support/noise';
import { expectGradient } from './expect-gradient';
import { expectSame, startBothBackends } from './expect-same';
import { choices, randomWindows } from './random-choices';

beforeAll(startBothBackends);

type Image = tf.Tensor4D;

/** A convolution, its gradients by both operands, and its inputs on either backend. */
async function expectConvolution(
  run: (x: tf.Tensor, filter: tf.Tensor) => tf.Tensor,
  shapes: readonly [readonly number[], readonly number[]],
) {
  const operands = () => shapes.map((shape, index) => noise(shape, index + 1)) as [tf.Tensor, tf.Tensor];
  await expectSame(() => {
    const loss = (x: tf.Tensor, filter: tf.Tensor) => {
      const y = run(x, filter);
      return tf.sum(tf.mul(y, noise(y.shape, 3))) as tf.Scalar;
    };
    return [run(...operands()), ...tf.grads(loss as never)(operands())];
  }, 1e-3);
  expectGradient(run as never, operands());
}

describe.each(choices(40))('seed %i', (_, choose) => {
  const { filter, image, strides, pad, rounding } = randomWindows(choose);
  const [inner, outer, multiplier] = [image[3] as number, choose.of([1, 2, 3, 5, 7]), choose.of([1, 2])];

  it('conv2d and its gradients equal cpu and finite differences', () =>
    expectConvolution(
      (x, weights) => tf.conv2d(x as Image, weights as Image, strides, pad, 'NHWC', 1, rounding),
      [image, [...filter, inner, outer]],
    ));

  it('depthwiseConv2d and its gradients equal cpu and finite differences', () =>
    expectConvolution(
      (x, weights) => tf.depthwiseConv2d(x as Image, weights as Image, strides, pad, 'NHWC', 1, rounding),
      [image, [...filter, inner, multiplier]],
    ));

  it('conv2dTranspose and its gradients equal cpu and finite differences', async () => {
    const simple = choose.of(['same', 'valid'] as const);
    const [high, wide] = [choose.between(1, 4), choose.between(1, 4)];
    const size = (count: number, axis: 0 | 1) =>
      simple === 'same' ? count * strides[axis] : (count - 1) * strides[axis] + filter[axis];
    const out = [2, size(high, 0), size(wide, 1), inner] as [number, number, number, number];
    await expectConvolution(
      (x, weights) => tf.conv2dTranspose(x as Image, weights as Image, out, strides, simple),
      [
        [2, high, wide, outer],
        [...filter, inner, outer],
      ],
    );
  });
});

const activations = [undefined, 'linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'] as const;
describe.each(activations)('fused convolutions with bias and %s', (activation) => {
  const options = (channels: number) => ({
    bias: noise([channels], 3),
    leakyreluAlpha: 0.3,
    ...(activation && { activation }),
    ...(activation === 'prelu' && { preluActivationWeights: noise([1, 1, channels], 4) }),
  });

  it.each(choices(8))('equal cpu, seed %i', async (_, choose) => {
    const { filter, image, strides, pad, rounding } = randomWindows(choose);
    const inner = image[3] as number;
    await expectSame(() => {
      const of = { x: noise<Image>(image, 1), strides, pad, ...(rounding && { dimRoundingMode: rounding }) };
      return [
        tf.fused.conv2d({ ...of, filter: noise<Image>([...filter, inner, 7], 2), ...options(7) }),
        tf.fused.depthwiseConv2d({
          ...of,
          filter: noise<Image>([...filter, inner, 2], 2),
          ...options(2 * inner),
        }),
      ];
    }, 1e-3);
  });
});

it('a NaN in an image or a filter stays NaN', () => {
  const [hole, ones] = [tf.fill([1, 2, 2, 1], Number.NaN) as Image, tf.ones<tf.Rank.R4>([1, 2, 2, 1])];
  const filter = (value: number) => tf.fill([1, 1, 1, 1], value) as Image;
  for (const [x, weight] of [
    [hole, 1],
    [ones, NaN],
  ] as const) {
    const of = { x, filter: filter(weight), strides: 1, pad: 'same' } as const;
    for (const y of [
      tf.conv2d(x, filter(weight), 1, 'same'),
      tf.depthwiseConv2d(x, filter(weight), 1, 'same'),
      tf.fused.conv2d({ ...of, activation: 'relu' }),
      tf.fused.depthwiseConv2d({ ...of, activation: 'relu6' }),
    ]) {
      expect(Array.from(y.dataSync())).toEqual([NaN, NaN, NaN, NaN]);
    }
  }
  expect(Array.from(tf.avgPool(hole, 2, 1, 'valid').dataSync())).toEqual([NaN]);
});

it("convolutions padded 'same' whose stride leaves pixels unused equal cpu", async () => {
  for (const [filter, stride, size] of [
    [[1, 3], 2, [6, 5]],
    [[3, 1], 2, [5, 6]],
    [[2, 2], 3, [6, 6]],
  ] as const) {
    const image = [2, ...size, 3];
    await expectSame(() => [
      tf.conv2d(noise<Image>(image, 1), noise<Image>([...filter, 3, 2], 2), stride, 'same'),
    ]);
  }
});

it('dilated convolutions equal cpu', async () => {
  for (const pad of ['same', 'valid'] as const) {
    await expectSame(() => [
      tf.conv2d(noise<Image>([2, 9, 7, 3], 1), noise<Image>([3, 2, 3, 5], 2), 1, pad, 'NHWC', [2, 3]),
      tf.depthwiseConv2d(
        noise<Image>([2, 9, 7, 3], 1),
        noise<Image>([3, 2, 3, 2], 2),
        1,
        pad,
        'NHWC',
        [2, 3],
      ),
    ]);
  }
});

it('a padding by number with an uneven filter is refused, never wrong', () => {
  const x = noise<Image>([2, 9, 8, 3], 1);
  expect(() => tf.conv2d(x, noise<Image>([1, 2, 3, 2], 2), 1, 0)).toThrow(
    'Conv2D: padding and stride fit 9 by 7 windows into 9 by 8, but tfjs computed an output of 9 by 8. Give the padding',
  );
  expect(() => tf.maxPool(x, [1, 2], 1, 0)).toThrow('MaxPool: padding and stride fit 9 by 7 windows');
  expect(() => tf.avgPool(x, [1, 2], 1, 0)).toThrow('AvgPool: padding and stride fit 9 by 7 windows');
  expect(() => tf.maxPool(x, 2, 2, 1, 'ceil')).toThrow('MaxPool: padding and stride fit 5 by 5 windows');
});

describe('layers of tfjs, which leave options out that operations give', () => {
  const image = () => noise([2, 9, 7, 3], 5);
  it.each([
    ['conv2d', () => layers.conv2d({ filters: 2, kernelSize: 3, kernelInitializer: 'ones' })],
    [
      'conv2dTranspose',
      () => layers.conv2dTranspose({ filters: 2, kernelSize: 3, kernelInitializer: 'ones' }),
    ],
    ['depthwiseConv2d', () => layers.depthwiseConv2d({ kernelSize: 3, depthwiseInitializer: 'ones' })],
    [
      'separableConv2d',
      () =>
        layers.separableConv2d({
          filters: 2,
          kernelSize: 3,
          depthwiseInitializer: 'ones',
          pointwiseInitializer: 'ones',
        }),
    ],
    ['maxPooling2d', () => layers.maxPooling2d({ poolSize: 2 })],
    ['averagePooling2d', () => layers.averagePooling2d({ poolSize: 2, padding: 'same' })],
    ['upSampling2d', () => layers.upSampling2d({ size: [2, 2] })],
  ] as const)('%s', (_, make) =>
    expectSame(() => {
      const layer = make();
      const run = (x: tf.Tensor) => layer.apply(x) as tf.Tensor;
      const results = [run(image()), tf.grad((x) => tf.sum(tf.square(run(x))))(image())];
      for (const weight of layer.weights) weight.read().dispose();
      return results;
    }, 1e-3),
  );
});
