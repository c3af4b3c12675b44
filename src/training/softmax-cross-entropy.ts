import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean cross-entropy of softmax(logits) against class indices, weighted by class.
 *
 * sum_i w[y_i] * -log softmax(logits_i)[y_i] / sum_i w[y_i], as torch's `cross_entropy` with `weight`.
 *
 * @param logits [batch, classes]
 * @param labels [batch] int32, class indices
 * @param classWeights [classes]; one weight for every class when absent
 * @returns a scalar
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  classWeights?: tf.Tensor1D,
): tf.Scalar {
  return tf.tidy(() => {
    const oneHot = tf.cast(tf.oneHot(labels, logits.shape[1]), 'float32');
    const weights = classWeights ? tf.mul(oneHot, classWeights) : oneHot;
    return tf.div(tf.neg(tf.sum(tf.mul(weights, tf.logSoftmax(logits)))), tf.sum(weights)) as tf.Scalar;
  });
}
