import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { mvsaBatches } from '../../../src/data/batches/mvsa-batches';
import { OptionError } from '../../../src/errors';
import { eachBackend, useBackend } from '../../support/use-backend';
import { sleep, tinyOptions, tinyPosts } from './tiny-posts';

const inputs = { ids: 'tokenIds', mask: 'paddingMask', pixels: 'image' } as const;

/** Three inputs, three classes. */
function tinyModel(): tfl.LayersModel {
  const ids = tfl.input({ shape: [6], name: 'ids' });
  const mask = tfl.input({ shape: [6], name: 'mask' });
  const pixels = tfl.input({ shape: [2, 3, 3], name: 'pixels' });
  const words = tfl.layers.multiply().apply([ids, mask]) as tfl.SymbolicTensor;
  const flat = tfl.layers.flatten().apply(pixels) as tfl.SymbolicTensor;
  const both = tfl.layers.concatenate().apply([words, flat]) as tfl.SymbolicTensor;
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 3 });
  const dense = tfl.layers.dense({ units: 3, activation: 'softmax', kernelInitializer });
  const model = tfl.model({ inputs: [ids, mask, pixels], outputs: dense.apply(both) as tfl.SymbolicTensor });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** The image shows the label, so that there is something to learn. */
const options = {
  ...tinyOptions,
  loadImage: async ({ label }: { label: string }) => {
    await sleep(1);
    return new Float32Array(18).fill(label === 'positive' ? 1 : label === 'neutral' ? 0 : -1);
  },
  batchSize: 4,
  shuffle: true,
};

describe.each(eachBackend('cpu', 'wasm'))('model.fitDataset on %s', (backend) => {
  useBackend(backend);

  test('trains two epochs, validates, and leaves no tensor behind', async () => {
    const model = tinyModel();
    const train = mvsaBatches(tinyPosts(30), options);
    const validation = mvsaBatches(tinyPosts(9), { ...options, shuffle: false }).toDataset({ inputs });
    const run = (epochs: number) =>
      model.fitDataset(train.toDataset({ inputs }), { epochs, validationData: validation, verbose: 0 });
    const sizes: number[] = [];
    await run(1); // The optimizer makes its own tensors.
    const before = tf.memory().numTensors;
    const { history } = await model.fitDataset(train.toDataset({ inputs }), {
      epochs: 2,
      validationData: validation,
      verbose: 0,
      callbacks: { onBatchEnd: async (_, logs) => void sizes.push(logs?.size as number) },
    });
    expect(history.loss).toHaveLength(2);
    expect(history.val_loss?.every((loss) => Number.isFinite(loss))).toBe(true);
    expect(sizes).toEqual([4, 4, 4, 4, 4, 4, 4, 2, 4, 4, 4, 4, 4, 4, 4, 2]);
    expect(tf.memory().numTensors).toBe(before);

    const first = history.loss?.[0] as number;
    const later = (await run(30)).history.loss?.at(-1) as number;
    expect(later).toBeLessThan(first / 2);
  });

  test('evaluates', async () => {
    const dataset = mvsaBatches(tinyPosts(9), options).toDataset({ inputs });
    const scores = (await tinyModel().evaluateDataset(dataset, {})) as tf.Scalar[];
    expect(scores.map((score) => Number.isFinite(score.dataSync()[0]))).toEqual([true, true]);
  });
});

describe('toDataset', () => {
  useBackend('cpu');

  test('gives only the inputs that are asked for, and frees the others', async () => {
    const before = tf.memory().numTensors;
    const dataset = mvsaBatches(tinyPosts(4), options).toDataset({ inputs: { a: 'image', b: 'image' } });
    expect(dataset.size).toBe(1);
    const iterator = await dataset.iterator();
    const { value } = await iterator.next();
    expect(Object.keys(value.xs)).toEqual(['a', 'b']);
    expect(value.ys.dtype).toBe('float32');
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose(value);
    expect(tf.memory().numTensors).toBe(before);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test('counts an epoch when it is read, not when an iterator is made', async () => {
    const order = async (iterators: number) => {
      const dataset = mvsaBatches(tinyPosts(12), { ...options, batchSize: 12 }).toDataset();
      for (let unused = 1; unused < iterators; unused++) await dataset.iterator();
      const { value } = await (await dataset.iterator()).next();
      return Array.from((value.xs.tokenIds as tf.Tensor).dataSync());
    };
    expect(await order(3)).toEqual(await order(1));
  });

  test('refuses a tensor that does not exist', () => {
    const batches = mvsaBatches(tinyPosts(4), options);
    expect(() => batches.toDataset({ inputs: { x: 'label' as never } })).toThrow(OptionError);
    expect(() => batches.toDataset({ inputs: {} })).toThrow(/tensors among tokenIds, paddingMask, image/);
  });
});
