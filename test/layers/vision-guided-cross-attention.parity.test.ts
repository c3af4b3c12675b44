import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { visionGuidedCrossAttention } from '../../src/layers';
import fixture from '../fixtures/attention.json';
import { maxDifference } from '../support/max-difference';
import { eachBackend, useBackend } from '../support/use-backend';

interface Stored {
  readonly shape: number[];
  readonly values: number[];
}

const TOLERANCE = 1e-5;
/** Gradients are sums over many entries: their tolerance grows with their size, as in torch's own tests. */
const gradientTolerance = ({ values }: Stored) => TOLERANCE * Math.max(1, ...values.map(Math.abs));
const toTensor = ({ values, shape }: Stored) => tf.tensor(values, shape);

describe.each(eachBackend('cpu', 'wasm'))('%s equals torch', (backend) => {
  useBackend(backend);

  test.each(fixture.cases.map((stored) => [`${stored.name} (${stored.reference})`, stored] as const))(
    '%s',
    (_name, stored) => {
      const layer = visionGuidedCrossAttention({ ...stored.args, returnAttentionScores: true });
      const query = toTensor(stored.query);
      const context = toTensor(stored.context);
      const mask = stored.paddingMask ? [toTensor(stored.paddingMask)] : [];
      const cotangent = toTensor(stored.cotangent);
      const run = (q: tf.Tensor, c: tf.Tensor) => layer.apply([q, c, ...mask]) as [tf.Tensor, tf.Tensor];

      tf.dispose(run(query, context));
      layer.setWeights(stored.weights.map(toTensor));
      const [output, attentionScores] = run(query, context);
      expect(output.shape).toEqual(stored.output.shape);
      expect(maxDifference(output, stored.output.values)).toBeLessThan(TOLERANCE);
      expect(attentionScores.shape).toEqual(stored.attentionScores.shape);
      expect(maxDifference(attentionScores, stored.attentionScores.values)).toBeLessThan(TOLERANCE);

      const loss = (q: tf.Tensor, c: tf.Tensor) => tf.sum(tf.mul(run(q, c)[0], cotangent)) as tf.Scalar;
      const [dQuery, dContext] = tf.grads(loss as never)([query, context]) as [tf.Tensor, tf.Tensor];
      const { gradients } = stored;
      expect(maxDifference(dQuery, gradients.query.values)).toBeLessThan(gradientTolerance(gradients.query));
      expect(maxDifference(dContext, gradients.context.values)).toBeLessThan(
        gradientTolerance(gradients.context),
      );

      const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { grads } = tf.variableGrads(() => loss(query, context), variables);
      for (const [index, variable] of variables.entries()) {
        const expected = gradients.weights[index] as Stored;
        expect(variable.shape).toEqual(expected.shape);
        const difference = maxDifference(grads[variable.name] as tf.Tensor, expected.values);
        expect(difference).toBeLessThan(gradientTolerance(expected));
      }
    },
  );
});
