/** The head as one writes it with TensorFlow.js alone. */
import * as tf from '@tensorflow/tfjs-core';
import { type layers, layers as tfjsLayers } from '@tensorflow/tfjs-layers';
import { HEAD, type HeadBatch, type Trainee } from './head-case';

export function stockHead(batches: readonly HeadBatch[]): Trainee {
  const { dim, numHeads, dropout } = HEAD;
  const dense = (units: number, activation: 'relu' | 'linear' = 'linear') =>
    tfjsLayers.dense({ units, activation });
  const parts = {
    text: dense(dim, 'relu'),
    image: dense(dim, 'relu'),
    query: dense(dim),
    key: dense(dim),
    value: dense(dim),
    output: dense(dim),
    norm: tfjsLayers.layerNormalization({ epsilon: 1e-5 }),
    logits: dense(HEAD.numClasses),
  };
  const apply = (layer: layers.Layer, x: tf.Tensor) => layer.apply(x, { training: true }) as tf.Tensor;
  /** [batch, length, dim] to [batch, heads, length, dim / heads] */
  const split = (x: tf.Tensor) => {
    const [batch, length] = x.shape as [number, number];
    return tf.transpose(tf.reshape(x, [batch, length, numHeads, dim / numHeads]), [0, 2, 1, 3]);
  };

  const forward = ({ tokens, paddingMask, regions }: HeadBatch): tf.Tensor2D => {
    const text = tf.dropout(apply(parts.text, tokens), dropout);
    const image = tf.dropout(apply(parts.image, regions), dropout);
    const [query, key, value] = [
      split(apply(parts.query, image)),
      split(apply(parts.key, text)),
      split(apply(parts.value, text)),
    ];
    const [batch, length] = paddingMask.shape;
    const mask = tf.reshape(tf.mul(tf.sub(1, paddingMask), -1e9), [batch, 1, 1, length]);
    const logits = tf.add(tf.div(tf.matMul(query, key, false, true), Math.sqrt(dim / numHeads)), mask);
    const scores = tf.dropout(tf.softmax(logits), dropout);
    const attended = tf.transpose(tf.matMul(scores, value), [0, 2, 1, 3]);
    const joined = tf.reshape(attended, [batch, -1, dim]);
    const fused = apply(parts.norm, tf.add(image, apply(parts.output, joined)));
    return apply(parts.logits, tf.dropout(tf.mean(fused, 1), dropout)) as tf.Tensor2D;
  };

  // The layers make their weights at the first call.
  tf.dispose(forward(batches[0] as HeadBatch));
  const variables = Object.values(parts).flatMap((layer) =>
    layer.trainableWeights.map((weight) => weight.read() as tf.Variable),
  );
  const optimizer = tf.train.adam(1e-3);
  return {
    weights: variables.reduce((sum, { size }) => sum + size, 0),
    async step(index) {
      const batch = batches[index] as HeadBatch;
      const loss = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => {
          const oneHot = tf.oneHot(tf.tensor1d(batch.labels, 'int32'), HEAD.numClasses);
          return tf.neg(tf.mean(tf.sum(tf.mul(oneHot, tf.logSoftmax(forward(batch))), -1))) as tf.Scalar;
        }, variables);
        optimizer.applyGradients(grads as never);
        return value;
      });
      const [value = Number.NaN] = await loss.data();
      loss.dispose();
      return value;
    },
  };
}
