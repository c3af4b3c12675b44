import { memory, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { encodeLabels, type MvsaPair } from '../../src/data';
import { OptionError } from '../../src/errors';
import { joinExamples, type PostExamples } from '../../src/models/join-examples';
import { useBackend } from '../support/use-backend';

useBackend();

const LABELS = ['positive', 'neutral', 'negative'] as const;
const post = (id: number): MvsaPair => {
  const label = LABELS[id % 3] as (typeof LABELS)[number];
  return { id: `${id}`, text: '', imagePath: '', textLabel: label, imageLabel: label, label };
};

/** Gives every input it has, asked for or not; the value is the id plus an offset. */
function source(ids: readonly number[], offsets: Readonly<Record<string, number>>): PostExamples {
  const pairs = ids.map(post);
  return {
    pairs,
    size: pairs.length,
    labels: encodeLabels(pairs),
    batch: (indices) =>
      Object.fromEntries(
        Object.entries(offsets).map(([name, offset]) => [
          name,
          tensor(indices.map((at) => (ids[at] as number) + offset)),
        ]),
      ),
  };
}

describe('joinExamples', () => {
  it('keeps the posts that all have, in the order asked for, and takes each input from the first that has it', async () => {
    const features = source([5, 3, 2, 11], { tokens: 100, paddingMask: 200 });
    const compact = source([2, 3, 5, 7], { paddingMask: 300, image: 400 });
    const joined = joinExamples([7, 2, 5, 11, 3].map(post), features, compact);
    expect(joined.pairs.map(({ id }) => id)).toEqual(['2', '5', '3']);
    expect(joined.size).toBe(3);
    expect(Array.from(joined.labels.label)).toEqual([2, 2, 0]);
    const before = memory().numTensors;
    const batch = await joined.batch([2, 0], ['image', 'tokens', 'paddingMask']);
    expect(memory().numTensors - before).toBe(3);
    expect(Array.from(batch.tokens?.dataSync() ?? [])).toEqual([103, 102]);
    expect(Array.from(batch.paddingMask?.dataSync() ?? [])).toEqual([203, 202]);
    expect(Array.from(batch.image?.dataSync() ?? [])).toEqual([403, 402]);
  });

  it('gives a part of one source', async () => {
    const part = joinExamples([post(3), post(2)], source([2, 3, 5], { tokens: 0 }));
    const { tokens } = await part.batch([0, 1], ['tokens', 'image']);
    expect(Array.from(tokens?.dataSync() ?? [])).toEqual([3, 2]);
  });

  it('frees what it has when a source fails, and wants a source', async () => {
    const broken: PostExamples = {
      ...source([2], {}),
      batch: () => Promise.reject(new Error('damaged')),
    };
    const before = memory().numTensors;
    const joined = joinExamples([post(2)], source([2], { tokens: 0 }), broken);
    await expect(joined.batch([0], ['tokens', 'image'])).rejects.toThrow('damaged');
    expect(memory().numTensors).toBe(before);
    expect(() => joinExamples([post(2)])).toThrow(OptionError);
  });
});
