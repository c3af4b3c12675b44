/**
 * Runs in a process of its own, so that a crash of the native code is seen: node verify.mjs PROJECT
 *
 * Prints JSON: `tensorflow`, the version of the library that runs, or `error`.
 */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import util from 'node:util';

process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

const require = createRequire(join(resolve(process.argv[2] ?? '.'), 'package.json'));

/** f(E, W) = sum((E[ids] W)^2): an embedding, a product, both gradients, against numbers worked out by hand. */
function differences(tf) {
  const ids = tf.tensor1d([2, 0, 2], 'int32');
  const loss = (embeddings, kernel) => tf.sum(tf.square(tf.matMul(tf.gather(embeddings, ids), kernel)));
  const inputs = [tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), tf.tensor2d([1, 0, -1, 2], [2, 2])];
  const { value, grads } = tf.valueAndGrads(loss)(inputs);
  // E[ids] W = [[-1, 12], [-1, 4], [-1, 12]]; gradients 2 y W^T, summed by id, and 2 E[ids]^T y
  const expected = [[307], [-2, 18, 0, 0, -4, 100], [-22, 248, -28, 304]];
  return [value, ...grads].flatMap((tensor, index) =>
    Array.from(tensor.dataSync(), (number, at) => Math.abs(number - expected[index][at])),
  );
}

try {
  const core = require('@tensorflow/tfjs-core');
  const layers = require('@tensorflow/tfjs-layers');
  const node = require('@tensorflow/tfjs-node');
  if (node.Tensor !== core.Tensor || node.LayersModel !== layers.LayersModel) {
    throw new Error('tfjs-node uses another copy of TensorFlow.js than the project.');
  }
  await core.ready();
  if (core.getBackend() !== 'tensorflow') throw new Error(`the backend is ${core.getBackend()}`);
  const worst = Math.max(...differences(core));
  if (!(worst < 1e-4)) throw new Error(`a forward and gradient test is off by ${worst}`);
  console.log(JSON.stringify({ tensorflow: core.backend().binding.TF_Version }));
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
}
