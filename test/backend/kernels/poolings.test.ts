import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { maxDifference } from '../../support/max-difference';
import { noise } from '../../support/noise';
import { expectGradient } from './expect-gradient';
import { expectSame, startBothBackends } from './expect-same';
import { choices, randomWindows } from './random-choices';

beforeAll(startBothBackends);

/** The gradient of the sum of an average pooling along one axis, element by element: 1 / count of each window seen. */
function shares(size: number, filter: number, stride: number, before: number, windows: number): number[] {
  const out = new Array<number>(size).fill(0);
  for (let window = 0; window < windows; window++) {
    const inside = Array.from({ length: filter }, (_, at) => window * stride - before + at).filter(
      (at) => at >= 0 && at < size,
    );
    for (const at of inside) out[at] = (out[at] as number) + 1 / inside.length;
  }
  return out;
}

describe.each(choices(40))('seed %i', (_, choose) => {
  const { filter, image, strides, pad, rounding } = randomWindows(choose);
  const max = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, filter, strides, pad, rounding);
  const average = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, filter, strides, pad, rounding);

  it.each([
    ['any', (x: tf.Tensor) => x],
    ['negative', (x: tf.Tensor) => tf.neg(tf.abs(x))],
  ] as const)('maxPool of %s numbers and its gradient equal cpu', async (_name, of) => {
    await expectSame(() => {
      const loss = (x: tf.Tensor) => {
        const y = max(x);
        return tf.sum(tf.mul(y, noise(y.shape, 2)));
      };
      const x = of(noise(image, 1));
      return [max(x), tf.grad(loss)(x)];
    });
  });

  it('avgPool equals cpu; its gradient equals finite differences and a plain loop', async () => {
    await expectSame(() => [average(noise(image, 1))]);
    expectGradient(average, [noise(image, 1)]);
    const info = tf.backend_util.computePool2DInfo(image as never, filter, strides, 1, pad, rounding);
    const high = shares(image[1] as number, filter[0], strides[0], info.padInfo.top, info.outHeight);
    const wide = shares(image[2] as number, filter[1], strides[1], info.padInfo.left, info.outWidth);
    const plane = high.flatMap((row) => wide.map((column) => row * column));
    const channels = image[3] as number;
    const expected = Array.from({ length: image[0] as number }, () => plane).flat();
    const received = tf.grad((x) => tf.sum(average(x)))(noise(image, 1));
    expect(
      maxDifference(
        received,
        expected.flatMap((share) => new Array<number>(channels).fill(share)),
      ),
    ).toBeLessThan(1e-5);
  });

  it('pooling of volumes equals cpu; its gradients equal finite differences', async () => {
    // tfjs-core pads volumes by less than nothing where the stride is larger than the filter.
    const place = { size: filter[0], stride: Math.min(filter[0], strides[0]) };
    const side = choose.of(['same', 'valid'] as const);
    const volume = [1, filter[0] + 2, ...image.slice(1)].map((size, axis) =>
      Math.max(size, axis ? filter[0] : 1),
    );
    const max3d = (x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, place.size, place.stride, side);
    await expectSame(() => {
      const x = noise(volume, 1);
      return [max3d(x), max3d(tf.neg(tf.abs(x))), tf.grad((y) => tf.sum(max3d(y)))(tf.neg(tf.abs(x)))];
    });
    expectGradient((x) => tf.avgPool3d(x as tf.Tensor5D, place.size, place.stride, side), [noise(volume, 1)]);
  });
});

it('maxPoolGrad sends a window of NaN or -Infinity to its first element, and passes over NaN beside numbers', () => {
  const gradient = (values: number[]) =>
    Array.from(
      tf
        .grad((x) => tf.sum(tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')))(tf.tensor4d(values, [1, 2, 2, 1]))
        .dataSync(),
    );
  expect(gradient([NaN, NaN, NaN, NaN])).toEqual([1, 0, 0, 0]);
  expect(gradient([-Infinity, -Infinity, -Infinity, -Infinity])).toEqual([1, 0, 0, 0]);
  expect(gradient([NaN, -3, NaN, -2])).toEqual([0, 0, 0, 1]);
  expect(gradient([5, 5, 5, 5])).toEqual([1, 0, 0, 0]);
});
