/**
 * One tfjs backend in a process of its own, for train.ts: npx tsx tools/bench/train-worker.ts stock|wasm|tfjs-node
 *
 * Reads a command a line, {"command": "start" | "time" | "memory" | "quit", ...}, and answers each with a line of JSON.
 */
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { type BackendName, selectBackend } from '../../src/backend';
import { type HeadBatch, type HeadCase, makeBatches, type Trainee } from './train/head-case';
import { ownHead } from './train/own-head';
import { stockHead } from './train/stock-head';

interface Command {
  readonly command: 'start' | 'time' | 'memory' | 'quit';
  readonly case?: HeadCase;
  readonly samples?: number;
  readonly steps?: number;
}

const [who = ''] = process.argv.slice(2);
let trainee: Trainee | undefined;
let batches: HeadBatch[] = [];
let steps = 0;

async function start(headCase: HeadCase) {
  if (who === 'stock') {
    await import('@tensorflow/tfjs-backend-wasm');
    if (!(await tf.setBackend('wasm'))) throw new Error('tfjs could not initialise wasm.');
  } else {
    await selectBackend({ backend: who as BackendName });
  }
  tf.disposeVariables();
  for (const { tokens, paddingMask, regions } of batches) tf.dispose([tokens, paddingMask, regions]);
  batches = makeBatches(headCase);
  trainee = who === 'stock' ? stockHead(batches) : ownHead(batches);
  return { weights: trainee.weights, version: `tfjs ${tf.version_core}, ${tf.getBackend()}` };
}

/** The mean time of a step in each pass over the batches, in ms: by the clock, and of all processors together. */
async function time(samples: number) {
  const times: number[] = [];
  const cpuTimes: number[] = [];
  let loss = Number.NaN;
  for (let sample = 0; sample < samples; sample++) {
    const started = performance.now();
    const usageBefore = process.cpuUsage();
    for (const index of batches.keys()) loss = await (trainee as Trainee).step(index);
    times.push((performance.now() - started) / batches.length);
    const { user, system } = process.cpuUsage(usageBefore);
    cpuTimes.push((user + system) / 1000 / batches.length);
  }
  if (!Number.isFinite(loss)) throw new Error(`The loss became ${loss}.`);
  return { times, cpuTimes };
}

async function memory(count: number) {
  for (let step = 0; step < count; step++) await (trainee as Trainee).step(step % batches.length);
  steps += count;
  const heap = (tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } }).wasm?.HEAPU8.byteLength ?? 0;
  return { steps, tensors: tf.memory().numTensors, heap, rss: process.memoryUsage.rss() };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...rest } = JSON.parse(line) as Command;
  if (command === 'quit') break;
  let answer: object;
  try {
    if (command === 'start') answer = await start(rest.case as HeadCase);
    else if (command === 'time') answer = await time(rest.samples ?? 1);
    else answer = await memory(rest.steps ?? 1);
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
