// Runs in a project where mvsa-fusion is installed: every entry by import, a run of training with its logs and a checkpoint, saving
// and loading, metrics, the command, the optional packages.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

const entries = [
  '',
  '/backend',
  '/classifier',
  '/data',
  '/layers',
  '/metrics',
  '/models',
  '/onnx',
  '/options',
  '/report',
  '/safetensors',
  '/training',
];
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
const { accuracyScore } = modules['/metrics'];
const { loadModel, saveModel } = modules['/models'];
const { evaluate, jsonlLog, predictProbabilities, tensorBoardLog, train } = modules['/training'];
const { summary } = await selectBackend();
const folder = mkdtempSync(join(tmpdir(), 'mvsa-fusion-smoke-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

// Posts whose label is the axis on which their tokens are largest.
const SIZE = 48;
const label = Int32Array.from({ length: SIZE }, (_, post) => post % 3);
const regionValues = tf.randomNormal([SIZE, 5, 8], 0, 1, 'float32', 1);
const tokenValues = tf.tidy(() => {
  const axis = tf.mul(tf.oneHot(tf.tensor1d(label, 'int32'), 8), 2);
  return tf.add(tf.randomNormal([SIZE, 7, 8], 0, 0.3, 'float32', 2), tf.expandDims(axis, 1));
});
const posts = {
  size: SIZE,
  labels: { label },
  batch: (indices) =>
    tf.tidy(() => {
      const rows = tf.tensor1d(Int32Array.from(indices), 'int32');
      return { regions: tf.gather(regionValues, rows), tokens: tf.gather(tokenValues, rows) };
    }),
};

const regions = tfl.input({ shape: [5, 8], name: 'regions' });
const tokens = tfl.input({ shape: [7, 8], name: 'tokens' });
const fused = visionGuidedCrossAttention({ numHeads: 2, seed: 1, dropout: 0.1, name: 'fusion' }).apply([
  regions,
  tokens,
]);
const pooled = tfl.layers.globalAveragePooling1d({}).apply(fused);
const kernelInitializer = tfl.initializers.glorotUniform({ seed: 3 });
const logits = tfl.layers.dense({ units: 3, kernelInitializer, name: 'logits' }).apply(pooled);
const model = tfl.model({ inputs: [regions, tokens], outputs: logits });

const tensorsBefore = tf.memory().numTensors;
const { epochs, stoppedBy } = await train(model, posts, {
  validation: posts,
  epochs: 6,
  batchSize: 16,
  learningRate: 0.03,
  seed: 7,
  checkpoints: { directory: join(folder, 'checkpoints') },
  callbacks: [jsonlLog(join(folder, 'log.jsonl')), tensorBoardLog(join(folder, 'tensorboard'))],
});
assert.equal(tf.memory().numTensors, tensorsBefore, 'training left tensors behind');
assert.equal(stoppedBy, 'epochs');
assert.ok(epochs.at(-1).loss < epochs[0].loss / 2, 'training does not lower the loss');
const lines = readFileSync(join(folder, 'log.jsonl'), 'utf8').trim().split('\n');
assert.deepEqual(
  ['start', 'step', 'epoch', 'end'].map(
    (type) => lines.filter((line) => JSON.parse(line).type === type).length,
  ),
  [1, 18, 6, 1],
);
assert.match(readdirSync(join(folder, 'tensorboard')).join(), /^events\.out\.tfevents\./);

await saveModel(model, join(folder, 'model'));
const loaded = await loadModel(join(folder, 'model'));
const [probabilities, again] = [
  await predictProbabilities(model, posts),
  await predictProbabilities(loaded, posts),
];
assert.deepEqual(again, probabilities, 'a loaded model predicts otherwise');
const predicted = Array.from(probabilities, (row) => row.indexOf(Math.max(...row)));
const accuracy = accuracyScore(Array.from(label), predicted);
assert.ok(accuracy > 0.9, `accuracy ${accuracy}`);
assert.equal((await evaluate(loaded, posts)).accuracy, accuracy);

const { openSafetensors, writeSafetensors } = modules['/safetensors'];
const halves = { shape: [2], data: Float32Array.of(1, -0.5), dtype: 'F16' };
const tensors = await openSafetensors(await writeSafetensors(join(folder, 'halves.safetensors'), { halves }));
assert.deepEqual(await tensors.read('halves'), halves.data);
await tensors.close();

// The command, by the name under which npm installs it where npm did.
const manifestFile = createRequire(import.meta.url).resolve('mvsa-fusion/package.json');
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
const installed = join('node_modules', '.bin', 'mvsa-fusion');
const command =
  existsSync(installed) && process.platform !== 'win32'
    ? [installed]
    : [process.execPath, join(dirname(manifestFile), manifest.bin['mvsa-fusion'])];
const call = (option) => execFileSync(command[0], [...command.slice(1), option], { encoding: 'utf8' });
assert.equal(call('--version'), `${manifest.version}\n`);
assert.match(call('--help'), /Usage: mvsa-fusion [\s\S]*audit/);

const { decodeImage } = modules['/data'];
const hasSharp = await import('sharp').then(
  () => true,
  () => false,
);
const gif = Buffer.from('R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');
if (!hasSharp) await assert.rejects(decodeImage(gif, { size: 8 }), /npm i sharp/);
const [first, last] = [epochs[0], epochs.at(-1)].map(({ loss }) => loss.toFixed(3));
console.log(
  `import: ${entries.length} entries, ${summary}, loss ${first} -> ${last}, accuracy ${accuracy.toFixed(2)}`,
);
