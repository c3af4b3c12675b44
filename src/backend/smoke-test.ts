import * as tf from '@tensorflow/tfjs-core';
// tfjs-core's own entry leaves the gradients out; tfjs-layers registers them.
import '@tensorflow/tfjs-layers';

/**
 * Runs a small forward and backward pass on the current backend and compares it with numbers worked out by hand.
 *
 * f(E, W, b) = sum((E[ids] W + b)^2) with E [3, 2], W [2, 2], b [2] and ids [2, 0, 2]: an embedding look-up, a dense
 * layer and both their gradients, which is what training the compact model needs.
 *
 * @returns nothing when the backend is right, else what went wrong
 */
export async function smokeTest(): Promise<string | undefined> {
  const tensors = [
    tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]),
    tf.tensor2d([1, 0, -1, 2], [2, 2]),
    tf.tensor1d([0.5, -0.5]),
  ] as const;
  const ids = tf.tensor1d([2, 0, 2], 'int32');
  // E[ids] W + b = [[-0.5, 11.5], [-0.5, 3.5], [-0.5, 11.5]]
  const expected = {
    value: [277.5],
    // rows of 2 (y W^T): id 2 is used twice, id 1 never
    embeddings: [-1, 15, 0, 0, -2, 94],
    // 2 E[ids]^T y
    kernel: [-11, 237, -14, 290],
    bias: [-3, 53],
  };
  try {
    const loss = (embeddings: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) => {
      const rows = tf.gather(embeddings, ids);
      const out = tf.fused.matMul({ a: rows as tf.Tensor2D, b: kernel as tf.Tensor2D, bias });
      return tf.sum(tf.square(out)) as tf.Scalar;
    };
    const result = tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads(loss as never)([...tensors]);
      return [value, ...grads];
    });
    for (const [index, name] of Object.keys(expected).entries()) {
      const received = await (result[index] as tf.Tensor).data();
      const wanted = expected[name as keyof typeof expected];
      if (wanted.some((number, at) => !(Math.abs(number - (received[at] as number)) < 1e-3))) {
        return `wrong ${name}: expected ${wanted.join(', ')}, received ${Array.from(received).join(', ')}`;
      }
    }
    tf.dispose(result);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    tf.dispose([...tensors, ids]);
  }
}
