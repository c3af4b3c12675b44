import * as tf from '@tensorflow/tfjs-core';

/**
 * A batch in which some rows are replaced by one: output[i] = isReplaced[i] ? row : x[i].
 *
 * What is replaced has no effect, whatever it holds: rows are chosen, not multiplied by 0, which would make NaN of NaN and of
 * infinities. For the same reason the gradient of a replaced row is exactly zero.
 *
 * @param x [batch, ...rest]
 * @param isReplaced [batch], 1 = replace the row, 0 = keep it; its gradient is not computed
 * @param row [...rest]
 * @returns [batch, ...rest]
 */
export function replaceRows<T extends tf.Tensor>(x: T, isReplaced: tf.Tensor1D, row: tf.Tensor): T {
  const [batch, ...rest] = x.shape as [number, ...number[]];
  const replace = tf.customGrad(((rows: tf.Tensor, standIn: tf.Tensor, save: tf.GradSaveFunc) => {
    // Sums broadcast ten times as fast as tf.where, which tiles; what tfjs derives for a tile is a loop over its copies.
    const column = tf.reshape(isReplaced, [batch, ...rest.map(() => 1)]);
    const condition = tf.greater(tf.add(tf.zeros([1, ...rest]), column), 0);
    save([condition, tf.reshape(isReplaced, [1, batch])]);
    return {
      value: tf.where(condition, tf.add(tf.zerosLike(column), standIn), rows),
      gradFunc: (dy: tf.Tensor, [chosen, shares]: tf.Tensor[]) => {
        const dRow = tf.matMul(shares as tf.Tensor2D, tf.reshape(dy, [batch, -1]) as tf.Tensor2D);
        return [tf.where(chosen as tf.Tensor, tf.zerosLike(dy), dy), tf.reshape(dRow, rest)];
      },
    };
  }) as never);
  return (replace as unknown as (x: T, row: tf.Tensor) => T)(x, row);
}
