/**
 * Trains a small network of every kind of operation that the models use and prints the hash of its weights:
 * node --import tsx test/backend/train-and-hash.ts BACKEND SEED
 */
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type BackendName, selectBackend } from '../../src/backend';
import { visionGuidedCrossAttention } from '../../src/layers';
import { noise } from '../support/noise';

const [backend, seedText] = process.argv.slice(2) as [BackendName, string];
const seed = Number(seedText);
const [REGIONS, TOKENS, WORDS] = [49, 23, 311];
// Where operations run on many threads, large enough for them to be divided.
const [STEPS, BATCH] = backend.startsWith('tfjs-node') ? [8, 32] : [2, 1];

await selectBackend({ backend });

const regions = tfl.input({ shape: [REGIONS, 256] });
const tokens = tfl.input({ shape: [TOKENS, WORDS] });
const project = (input: tfl.SymbolicTensor) =>
  tfl.layers.dense({ units: 128, activation: 'relu' }).apply(input);
const fused = visionGuidedCrossAttention({ numHeads: 8, dropout: 0.1, seed }).apply([
  project(regions),
  project(tokens),
] as tfl.SymbolicTensor[]) as tfl.SymbolicTensor;
const normal = tfl.layers.layerNormalization({ epsilon: 1e-5 }).apply(fused);
const pooled = tfl.layers.globalAveragePooling1d({}).apply(normal) as tfl.SymbolicTensor;
const logits = tfl.layers.dense({ units: 3 }).apply(pooled) as tfl.SymbolicTensor;
const model = tfl.model({ inputs: [regions, tokens], outputs: logits });
model.setWeights(model.getWeights().map((weight, at) => tf.mul(noise(weight.shape, 100 * seed + at), 0.1)));

const image = noise([BATCH, REGIONS, 256], seed);
// Embeddings: the product's gradient sums over ids that repeat.
const ids = tf.tensor1d(
  Array.from({ length: BATCH * TOKENS }, (_, at) => (at * at) % WORDS),
  'int32',
);
const table = tf.variable(noise([WORDS, WORDS], seed + 1));
const labels = tf.oneHot(
  tf.tensor1d(
    Array.from({ length: BATCH }, (_, at) => at % 3),
    'int32',
  ),
  3,
);
const optimizer = tf.train.adam(1e-3);
for (let step = 0; step < STEPS; step++) {
  optimizer.minimize(() => {
    const text = tf.reshape(tf.gather(table, ids), [BATCH, TOKENS, WORDS]);
    const output = model.apply([image, text], { training: true }) as tf.Tensor;
    return tf.losses.softmaxCrossEntropy(labels, output) as tf.Scalar;
  });
}

const hash = createHash('sha256');
for (const weight of [...model.getWeights(), table]) {
  const values = weight.dataSync() as Float32Array;
  if (!values.every(Number.isFinite)) throw new Error('a weight is not finite');
  hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
console.log(hash.digest('hex'));
