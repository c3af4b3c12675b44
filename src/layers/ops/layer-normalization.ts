import * as tf from '@tensorflow/tfjs-core';

/**
 * Normalises the last axis to mean 0 and variance 1, then scales and shifts it.
 *
 * Forward and gradient are written out (three small reductions each), where tfjs composes them from tiled
 * broadcasts.
 *
 * @param x [...rest, channels]
 * @param gamma [channels]
 * @param beta [channels]
 * @param epsilon added to the variance
 * @see Ba et al. 2016, "Layer Normalization", section 3
 */
export function layerNormalization(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  epsilon: number,
): tf.Tensor {
  const channels = x.shape.at(-1) as number;
  const normalise = tf.customGrad(((
    rows: tf.Tensor,
    scale: tf.Tensor,
    shift: tf.Tensor,
    save: tf.GradSaveFunc,
  ) => {
    const centred = tf.sub(rows, tf.mean(rows, -1, true));
    const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const normalised = tf.mul(centred, inverseDeviation);
    save([normalised, inverseDeviation, scale]);
    return {
      value: tf.add(tf.mul(normalised, scale), shift),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [normal, inverse, weight] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const dNormal = tf.mul(dy, weight);
        const meanGradient = tf.mean(dNormal, -1, true);
        const alongNormal = tf.mean(tf.mul(dNormal, normal), -1, true);
        const dRows = tf.mul(tf.sub(tf.sub(dNormal, meanGradient), tf.mul(normal, alongNormal)), inverse);
        return [dRows, tf.sum(tf.mul(dy, normal), 0), tf.sum(dy, 0)];
      },
    };
  }) as never);
  return tf.tidy(() => {
    const rows = tf.reshape(x, [-1, channels]);
    return tf.reshape(
      (normalise as unknown as (...tensors: tf.Tensor[]) => tf.Tensor)(rows, gamma, beta),
      x.shape,
    );
  });
}
