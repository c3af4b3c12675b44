import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/errors';
import {
  compactTextEncoder,
  encodeCompactText,
  fitCompactText,
  wideTextClassifier,
} from '../../../src/models';
import { useBackend } from '../../support/use-backend';

useBackend();

const TEXTS = ['so happy today :)', 'what a sad, sad day', '#neutral'];

describe('the defaults of texts and of their encoders', () => {
  it('fit each other', () => {
    const compactText = fitCompactText(TEXTS);
    const { maxTokens, gramsPerToken, buckets, maxGrams, wideBuckets } = compactText;
    const [encoder, wide] = [compactTextEncoder(), wideTextClassifier()];
    expect(encoder.inputs[0]?.shape).toEqual([null, null, gramsPerToken]);
    expect(encoder.weights[0]?.shape[0]).toBe(buckets);
    expect(wide.inputs.map(({ shape }) => shape)).toEqual([
      [null, maxGrams],
      [null, maxGrams],
    ]);
    expect(wide.weights[0]?.shape[0]).toBe(wideBuckets);
    const { gramIds, wideIds, wideWeights } = encodeCompactText(compactText, TEXTS[1] as string);
    const tokens = encoder.predict(tf.tensor3d(gramIds, [1, maxTokens, gramsPerToken], 'int32')) as tf.Tensor;
    expect(tokens.shape).toEqual([1, maxTokens, 64]);
    const logits = wide.predict([
      tf.tensor2d(wideIds, [1, maxGrams], 'int32'),
      tf.tensor2d(wideWeights, [1, maxGrams]),
    ]) as tf.Tensor;
    expect(logits.shape).toEqual([1, 3]);
  });
});

describe('a text of other sizes than its encoder', () => {
  it('is refused by the first id that is too large', () => {
    const { gramIds } = encodeCompactText(fitCompactText(TEXTS), TEXTS[0] as string);
    const encoder = compactTextEncoder({ buckets: 4096 });
    const predict = () => encoder.predict(tf.tensor3d(gramIds, [1, 32, 12], 'int32'));
    expect(predict).toThrow(OptionError);
    const wrong = gramIds.find((id) => id >= 4096);
    expect(predict).toThrow(`Layer text_encoder/embedding: expected ids in [0, 4096), received ${wrong}.`);
  });

  it('has ids within its own sizes, the smallest too', () => {
    const compactText = fitCompactText(TEXTS, { buckets: 2, wideBuckets: 2 });
    const { gramIds, wideIds } = encodeCompactText(compactText, TEXTS[1] as string);
    expect(new Set([...gramIds, ...wideIds])).toEqual(new Set([0, 1]));
  });
});

it.each([{ buckets: 1 }, { wideBuckets: 1 }, { maxTokens: 0 }, { gramsPerToken: 1.5 }, { maxGrams: '64' }])(
  'fitCompactText refuses %j',
  (sizes) => {
    const [name] = Object.keys(sizes);
    expect(() => fitCompactText(TEXTS, sizes as never)).toThrow(
      new RegExp(`fitCompactText: expected ${name} to be an integer of at least [12], received`),
    );
  },
);
