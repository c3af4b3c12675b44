// Runs in a project where mvsa-fusion is installed: every entry by import, one training step, the optional packages.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

const entries = ['', '/backend', '/data', '/layers', '/metrics', '/models', '/report', '/training'];
const backendState = () => ({
  name: tf.engine().backendName ?? null,
  registered: Object.keys(tf.engine().registryFactory),
  kernels: ['cpu', 'wasm', 'tensorflow'].map((backend) => tf.getKernelsForBackend(backend).length),
});
const before = backendState();
const modules = {};
for (const entry of entries) modules[entry] = await import(`mvsa-fusion${entry}`);
assert.deepEqual(backendState(), before, 'importing the library changed the backend or its kernels');
assert.equal(modules[''].VisionGuidedCrossAttention, modules['/layers'].VisionGuidedCrossAttention);

const { selectBackend } = modules['/backend'];
const { visionGuidedCrossAttention } = modules['/layers'];
const { summary } = await selectBackend();
const regions = tfl.input({ shape: [5, 8], name: 'regions' });
const tokens = tfl.input({ shape: [7, 8], name: 'tokens' });
const fused = visionGuidedCrossAttention({ numHeads: 2, seed: 1 }).apply([regions, tokens]);
const pooled = tfl.layers.globalAveragePooling1d({}).apply(fused);
const model = tfl.model({ inputs: [regions, tokens], outputs: tfl.layers.dense({ units: 3 }).apply(pooled) });
model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
const inputs = [tf.randomNormal([4, 5, 8]), tf.randomNormal([4, 7, 8])];
const { history } = await model.fit(inputs, tf.ones([4, 3]), { epochs: 5, verbose: 0 });
assert.ok(history.loss.at(-1) < history.loss[0], 'training does not lower the loss');

const { decodeImage } = modules['/data'];
const hasSharp = await import('sharp').then(
  () => true,
  () => false,
);
const gif = Buffer.from('R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');
if (!hasSharp) await assert.rejects(decodeImage(gif, { size: 8 }), /npm i sharp/);
console.log(
  `import: ${entries.length} entries, ${summary}, loss ${history.loss[0].toFixed(3)} -> ${history.loss.at(-1).toFixed(3)}`,
);
