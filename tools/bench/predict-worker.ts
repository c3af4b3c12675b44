/**
 * One contestant of predict.ts, in a process of its own: `predict-worker.ts loop|file FOLDER`. Answers each line of stdin with the time
 * of one turn.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '../../src/backend';
import { predictFile, SentimentClassifier } from '../../src/classifier';
import { type Post, prepareExamples, readPosts } from '../../src/data';
import { loadModel } from '../../src/models';
import { loadCompactImageStream } from '../../src/models/compact/compact-image-stream';
import { loadCompactTextStream } from '../../src/models/compact/compact-text-stream';

const BATCH = 64;
const [who, folder] = process.argv.slice(2) as ['loop' | 'file', string];
const [model, posts, output] = ['model', 'turn.jsonl', `turn-${who}.jsonl`].map((name) =>
  join(folder, name),
) as [string, string, string];

/** What a user would write without the command: posts in memory, one batch after the other, nothing written. */
async function loopByHand(): Promise<() => Promise<void>> {
  const { streams } = JSON.parse(await readFile(join(model, 'classifier.json'), 'utf8'));
  const network = await loadModel(model);
  const text = await loadCompactTextStream(streams.text, (name) => readFile(join(model, 'text', name)));
  const image = loadCompactImageStream(streams.image);
  const all: Post[] = [];
  for await (const row of readPosts(posts)) if ('post' in row) all.push(row.post);
  return async () => {
    for (let start = 0; start < all.length; start += BATCH) {
      const examples = await prepareExamples(all.slice(start, start + BATCH), {
        text,
        image,
        missing: 'keep',
      });
      const indices = Array.from({ length: examples.size }, (_, at) => at);
      const named = await examples.batch(indices, network.inputNames);
      const outputs = network.predict(network.inputNames.map((name) => named[name] as tf.Tensor));
      await (Array.isArray(outputs) ? (outputs[0] as tf.Tensor) : outputs).data();
      tf.dispose([outputs, named]);
    }
  };
}

async function byFile(): Promise<() => Promise<void>> {
  const classifier = await SentimentClassifier.load(model);
  return async () => {
    await predictFile(classifier, posts, output, { batchSize: BATCH });
    await rm(output);
  };
}

await selectBackend({ backend: 'wasm' });
const work = await (who === 'loop' ? loopByHand() : byFile());
for await (const line of createInterface({ input: process.stdin })) {
  if (JSON.parse(line).command === 'quit') break;
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 }));
}
process.exit();
