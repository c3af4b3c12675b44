import * as tf from '@tensorflow/tfjs-core';

/**
 * Weighted sums of table rows: output[i] = sum over j of weights[i, j] * table[ids[i, j]].
 *
 * @param table [rows, dim]
 * @param ids [bags, bagSize] int32
 * @param weights [bags, bagSize] float32; its gradient is not computed
 * @returns [bags, dim]
 */
export function embeddingBag(table: tf.Tensor2D, ids: tf.Tensor2D, weights: tf.Tensor2D): tf.Tensor2D {
  const [bags, bagSize] = ids.shape;
  const [rows, dim] = table.shape;
  const sum = tf.customGrad(((embeddings: tf.Tensor2D, save: tf.GradSaveFunc) => {
    const flatIds = tf.reshape(ids, [bags * bagSize]);
    const columnWeights = tf.reshape(weights, [bags, bagSize, 1]);
    save([flatIds, columnWeights]);
    const gathered = tf.reshape(tf.gather(embeddings, flatIds), [bags, bagSize, dim]);
    return {
      value: tf.sum(tf.mul(gathered, columnWeights), 1),
      // tfjs' own gradient of gather transposes the whole table; a plain segment sum does not.
      gradFunc: (dy: tf.Tensor, [savedIds, savedWeights]: tf.Tensor[]) => {
        const spread = tf.mul(tf.reshape(dy, [bags, 1, dim]), savedWeights as tf.Tensor);
        const dRows = tf.reshape(spread, [bags * bagSize, dim]);
        return tf.unsortedSegmentSum(dRows, savedIds as tf.Tensor1D, rows);
      },
    };
  }) as never);
  return (sum as unknown as (table: tf.Tensor2D) => tf.Tensor2D)(table);
}
