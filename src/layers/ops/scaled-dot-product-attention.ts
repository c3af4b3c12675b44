import * as tf from '@tensorflow/tfjs-core';
import { seededDropout } from './seeded-dropout';

/** Options of {@link scaledDotProductAttention}. */
interface AttentionOptions {
  /** [batch, keys]; 1 = attend, 0 = ignore. */
  readonly paddingMask?: tf.Tensor2D | undefined;
  /** Share of attention scores set to zero, in [0, 1). */
  readonly dropout?: { readonly rate: number; readonly seed: number } | undefined;
}

/** What {@link scaledDotProductAttention} returns. */
interface AttentionResult {
  /** [batch, heads, queries, valueDim] */
  readonly output: tf.Tensor4D;
  /** [batch, heads, queries, keys]: the weights after softmax and before dropout. */
  readonly attentionScores: tf.Tensor4D;
}

/** Low enough that its exponential is exactly zero beside any real logit, and no infinity that could turn NaN. */
const MASKED_LOGIT = -1e9;

/**
 * softmax(Q K^T / sqrt(keyDim)) V, per head.
 *
 * A query whose keys are all masked gets zero scores and a zero output, never NaN.
 *
 * @param query [batch, heads, queries, keyDim]
 * @param key [batch, heads, keys, keyDim]
 * @param value [batch, heads, keys, valueDim]
 * @see Vaswani et al. 2017, "Attention Is All You Need", section 3.2.1
 */
export function scaledDotProductAttention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  { paddingMask, dropout }: AttentionOptions = {},
): AttentionResult {
  const scaledQuery = tf.mul(query, 1 / Math.sqrt(query.shape[3]));
  let attentionLogits = tf.matMul(scaledQuery, key, false, true); // [batch, heads, queries, keys]
  let attentionScores: tf.Tensor4D;
  if (paddingMask) {
    const [batch, keys] = paddingMask.shape;
    const mask = tf.reshape(paddingMask, [batch, 1, 1, keys]);
    attentionLogits = tf.add(attentionLogits, tf.mul(tf.sub(1, mask), MASKED_LOGIT));
    attentionScores = tf.mul(tf.softmax(attentionLogits), mask);
  } else {
    attentionScores = tf.softmax(attentionLogits) as tf.Tensor4D;
  }
  const weights = dropout ? seededDropout(attentionScores, dropout.rate, dropout.seed) : attentionScores;
  return { output: tf.matMul(weights, value) as tf.Tensor4D, attentionScores };
}
