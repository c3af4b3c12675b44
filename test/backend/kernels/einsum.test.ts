import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { noise } from '../../support/noise';
import { expectSame, startBothBackends } from './expect-same';

beforeAll(startBothBackends);

const SIZES: Readonly<Record<string, number>> = { a: 2, b: 3, c: 5, d: 7, e: 11, z: 0 };
const operands = (equation: string) =>
  (equation.split('->')[0] as string)
    .replace(/\s/g, '')
    .split(',')
    .map((term, index) =>
      noise(
        [...term].map((label) => SIZES[label] as number),
        index + 1,
      ),
    );

it.each([
  'bc,cd->bd',
  'bc,dc->db',
  'abc,acd->abd',
  'abcd,abed->abce',
  'abcd,cde->abe',
  'abc,c->ab',
  'ab,ab->a',
  'ab,ab->',
  'a,b->ab',
  'a,b->ba',
  'a,ab->b',
  'abc->cab',
  'ab->b',
  'ab->',
  'ab->ab',
  'abc , cd -> dab',
  'az,zb->ab',
])('%s equals cpu', async (equation) => {
  await expectSame(() => [tf.einsum(equation, ...operands(equation))]);
});

it('sums out the labels of one tensor alone', () => {
  // No reference: tfjs 4.22's cpu backend returns one number here.
  expect(Array.from(tf.einsum('abc,d->d', tf.ones([2, 3, 5]), tf.tensor1d([1, 2])).dataSync())).toEqual([
    30, 60,
  ]);
});

it('leaves nothing behind, also when it fails', () => {
  const [x, y] = operands('abc,acd->abd') as [tf.Tensor, tf.Tensor];
  const before = tf.backend().numDataIds();
  tf.einsum('abc,acd->adb', x, y).dispose();
  expect(() => tf.einsum('abc,acd->abd', tf.cast(x, 'int32'), tf.cast(y, 'int32'))).toThrow('float32 only');
  expect(() => tf.einsum('abc,bcd->abd', x, y)).toThrow('Expected dimension 3 at axis 0');
  expect(tf.backend().numDataIds() - before).toBe(2); // the two casts
});
