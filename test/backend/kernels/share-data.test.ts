import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { useBackend } from '../../support/use-backend';

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
