/**
 * `mvsa-fusion predict --posts` on 100,000 posts: its speed against a loop written by hand, its memory, and that ten kills change nothing.
 *
 * BENCH_POSTS sets another number of posts. `npm run build` comes first: what is measured is the program as it is published.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { selectBackend } from '../../src/backend';
import { SentimentClassifier } from '../../src/classifier';
import { createSampleMvsa, type MvsaPair, openMvsa } from '../../src/data';
import { startAsked } from './ask-process';
import { residentBytes } from './predict/resident-bytes';

const POSTS = Number(process.env.BENCH_POSTS ?? 100_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** Posts of a turn, in the comparison with a loop written by hand. */
const TURN = Math.min(5000, POSTS);
const KILLS = 10;
const PICTURES = 1000;

export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'predict-bench-'));
  try {
    console.log(`\npredict --posts: ${POSTS} posts, load at the start ${loadavg()[0]?.toFixed(1)}`);
    await makeInput(folder);
    await compareWithLoop(folder);
    const straight = await answerAll(folder);
    await killAndGoOn(folder, straight);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A model that is trained in seconds, and posts of its words and pictures. */
async function makeInput(folder: string): Promise<void> {
  const sample = join(folder, 'sample');
  await createSampleMvsa(sample, { pairs: 2 * PICTURES, seed: 3 });
  const { pairs } = await openMvsa(sample);
  const pictures = pairs.slice(0, PICTURES);
  await selectBackend({ backend: 'wasm' });
  const small = { projectionDim: 16, numHeads: 2, imageSize: 28 };
  const classifier = await SentimentClassifier.train(pairs, { ...small, epochs: 1, seed: 3 });
  await classifier.save(join(folder, 'model'));
  await classifier.dispose();
  await writePosts(join(folder, 'posts.jsonl'), POSTS, pictures);
  await writePosts(join(folder, 'turn.jsonl'), TURN, pictures);
}

async function writePosts(file: string, count: number, pictures: readonly MvsaPair[]): Promise<void> {
  const stream = createWriteStream(file);
  for (let index = 0; index < count; index++) {
    const { text } = pictures[(7 * index) % pictures.length] as MvsaPair;
    const { imagePath: image } = pictures[(3 * index) % pictures.length] as MvsaPair;
    const line = `${JSON.stringify({ id: `post-${index}`, text: `${text} ${index}`, image })}\n`;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}

/** Both in processes of their own, in turns, since a machine's speed changes; processor time is all threads together. */
async function compareWithLoop(folder: string): Promise<void> {
  const worker = (who: string) => startAsked('npx', ['tsx', 'tools/bench/predict-worker.ts', who, folder]);
  const contestants = { 'loop by hand': worker('loop'), predictFile: worker('file') };
  const times = new Map<string, { clock: number[]; cpu: number[] }>();
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, process] of Object.entries(contestants)) {
        const { seconds, cpu } = (await process.ask('time')) as { seconds: number; cpu: number };
        // The first turn warms up.
        if (round === 0) times.set(name, { clock: [], cpu: [] });
        else {
          times.get(name)?.clock.push(seconds);
          times.get(name)?.cpu.push(cpu);
        }
      }
    }
  } finally {
    await Promise.all(Object.values(contestants).map((process) => process.end()));
  }
  console.log(
    `\n${TURN} posts in batches of 64, ${ROUNDS} turns     posts/s, median    best   processor ms a post`,
  );
  const median = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[values.length >> 1] as number;
  for (const [name, { clock, cpu }] of times) {
    const [middle, best, each] = [
      TURN / median(clock),
      TURN / Math.min(...clock),
      (1000 * median(cpu)) / TURN,
    ];
    console.log(
      `${name.padEnd(44)} ${middle.toFixed(0).padStart(12)} ${best.toFixed(0).padStart(7)} ${each.toFixed(2).padStart(21)}`,
    );
  }
}

function startCommand(folder: string, output: string) {
  const flags = ['--posts', join(folder, 'posts.jsonl'), '--out', output, '--backend', 'wasm', '--quiet'];
  const child = spawn(process.execPath, ['dist/cli/index.js', 'predict', join(folder, 'model'), ...flags], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<number | null>((done) => child.on('close', (code) => done(code)));
  return { child, ended };
}

const rowsOf = (output: string): Promise<number> =>
  readFile(join(`${output}.part`, 'journal.json'), 'utf8').then(
    (text) => JSON.parse(text).rows,
    () => 0,
  );

/** The whole file, with the process's memory at each tenth; returns the hash of the answers. */
async function answerAll(folder: string): Promise<string> {
  const output = join(folder, 'answers.jsonl');
  const started = performance.now();
  const { child, ended } = startCommand(folder, output);
  const memory: number[] = [];
  while (child.exitCode === null) {
    if ((await rowsOf(output)) >= ((memory.length + 1) * POSTS) / 10 - 64)
      memory.push(residentBytes(child.pid));
    await setTimeout(20);
  }
  const seconds = (performance.now() - started) / 1000;
  if ((await ended) !== 0) throw new Error('predict failed.');
  console.log(
    `\nmvsa-fusion predict, start and all: ${seconds.toFixed(0)} s, ${(POSTS / seconds).toFixed(0)} posts/s`,
  );
  console.log(`resident MiB at each tenth: ${memory.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(' ')}`);
  return inspect(output);
}

/** The same with ten kills at places that follow from nothing but the clock. */
async function killAndGoOn(folder: string, straight: string): Promise<void> {
  const output = join(folder, 'killed.jsonl');
  const kills: number[] = [];
  let code: number | null = null;
  while (code === null) {
    const { child, ended } = startCommand(folder, output);
    const goal = kills.length < KILLS ? ((kills.length + 0.5) * POSTS) / KILLS : Infinity;
    while (child.exitCode === null && (await rowsOf(output)) < goal) await setTimeout(20);
    await setTimeout(Math.random() * 300);
    if (kills.length < KILLS) child.kill('SIGKILL');
    code = await ended;
    if (code === null) kills.push(await rowsOf(output));
  }
  if (code !== 0) throw new Error('predict failed.');
  const isSame = (await inspect(output)) === straight;
  console.log(`\nkilled ${kills.length} times, with these rows on the disk: ${kills.join(' ')}`);
  console.log(
    `in the end: each id once and in order, ${isSame ? 'the same bytes' : 'OTHER BYTES'} (SHA-256 ${straight})`,
  );
  if (!isSame) throw new Error('The answers differ.');
}

/** The hash of the answers, of which there must be one for each post, in order. */
async function inspect(output: string): Promise<string> {
  const hash = createHash('sha256');
  const stream = createReadStream(output);
  stream.on('data', (bytes) => hash.update(bytes));
  let lines = 0;
  for await (const line of createInterface({ input: stream })) {
    const answer = JSON.parse(line) as { readonly id: string; readonly label?: string };
    if (answer.id !== `post-${lines++}` || answer.label === undefined)
      throw new Error(`line ${lines}: ${line}`);
  }
  if (lines !== POSTS) throw new Error(`${output}: ${lines} lines for ${POSTS} posts.`);
  return hash.digest('hex');
}
