/** A training step of the fusion head: stock tfjs and this library on wasm, TensorFlow, and PyTorch, in turns. */
import { cpus, loadavg } from 'node:os';
import { type AskedProcess, startAsked } from './ask-process';
import type { HeadCase } from './train/head-case';
import { mvsaBatches } from './train/mvsa-batches';

const BATCH = 32;
const TOKENS = 64;
const REAL_BATCHES = 4;
const MEMORY_MARKS = 10;

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** Samples in each turn; a sample is one pass over a case's batches. */
const STEPS = Number(process.env.BENCH_STEPS ?? 8);
const MEMORY_STEPS = Number(process.env.BENCH_MEMORY_STEPS ?? 2000);

/** The mean time of a step in each sample, in ms. */
interface Times {
  readonly clock: number[];
  /** Of all processors together: waiting for a busy machine does not count. */
  readonly cpu: number[];
}

interface Contestant {
  readonly name: string;
  readonly process: AskedProcess;
  /** It takes seconds a step: one sample in each turn, and it never warms up for longer. */
  readonly isSlow: boolean;
}

export async function run(): Promise<void> {
  const { cases, real } = await headCases();
  console.log(`\ntraining the fusion head: batches of ${BATCH}, dropout 0.1, ${ROUNDS} rounds in turns`);
  console.log(`load at the start: ${loadavg()[0]?.toFixed(1)}`);
  for (const [name, headCase] of Object.entries(cases)) await compare(name, headCase);
  await checkMemory({ queries: 1, batches: real ?? [new Array<number>(BATCH).fill(TOKENS)] }, MEMORY_STEPS);
}

async function headCases() {
  const directory = process.env.MVSA_DIR;
  const dense = [new Array<number>(BATCH).fill(TOKENS)];
  const cases: Record<string, HeadCase> = {
    [`1 query, ${TOKENS} tokens`]: { queries: 1, batches: dense },
    [`49 queries, ${TOKENS} tokens`]: { queries: 49, batches: dense },
  };
  if (!directory) {
    console.log('real lengths: left out, because MVSA_DIR is not set');
    return { cases, real: undefined };
  }
  const size = { count: REAL_BATCHES, batchSize: BATCH, maxLength: TOKENS };
  const { batches, countedBy } = await mvsaBatches(directory, size);
  const lengths = batches.flat();
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  console.log(
    `real lengths: ${REAL_BATCHES} batches of MVSA, ${mean.toFixed(1)} tokens a post (${countedBy}), padded to each ` +
      `batch's longest: ${batches.map((batch) => Math.max(...batch)).join(', ')}`,
  );
  cases['1 query, real lengths'] = { queries: 1, batches };
  cases['49 queries, real lengths'] = { queries: 49, batches };
  return { cases, real: batches };
}

/** Each in a process of its own, which does nothing while others have their turn. */
function contestants(): { here: Contestant[]; python: string | undefined } {
  const worker = (who: string) => startAsked('npx', ['tsx', 'tools/bench/train-worker.ts', who]);
  const python = process.env.REFERENCE_PYTHON;
  const torch = (threads: number) => startAsked(python as string, ['tools/bench/train.py', String(threads)]);
  const here: Contestant[] = [
    { name: 'stock tfjs on wasm', process: worker('stock'), isSlow: true },
    { name: 'mvsa-fusion on wasm', process: worker('wasm'), isSlow: false },
    { name: 'mvsa-fusion on tfjs-node', process: worker('tfjs-node'), isSlow: false },
  ];
  if (python) {
    const threads = [1, ...(cpus().length > 1 ? [2] : [])];
    for (const count of threads) {
      here.push({ name: `PyTorch, threads: ${count}`, process: torch(count), isSlow: false });
    }
  }
  return { here, python };
}

async function compare(what: string, headCase: HeadCase): Promise<void> {
  const { here, python } = contestants();
  try {
    const times = new Map<Contestant, Times>();
    const notes: string[] = python ? [] : ['PyTorch: left out, because REFERENCE_PYTHON is not set'];
    const sizes = new Set<unknown>();
    for (const contestant of here) {
      try {
        const { weights } = await contestant.process.ask('start', { case: headCase });
        sizes.add(weights);
        await contestant.process.ask('time', { samples: contestant.isSlow ? 1 : 3 });
        times.set(contestant, { clock: [], cpu: [] });
      } catch (error) {
        const { message } = error as Error;
        const isMissing = message.includes('not installed');
        notes.push(`${contestant.name}: ${isMissing ? 'not installed' : `left out, because ${message}`}`);
      }
    }
    if (sizes.size > 1) throw new Error(`The heads differ in size: ${[...sizes].join(', ')} weights.`);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [contestant, { clock, cpu }] of times) {
        const answer = await contestant.process.ask('time', { samples: contestant.isSlow ? 1 : STEPS });
        clock.push(...(answer.times as number[]));
        cpu.push(...(answer.cpuTimes as number[]));
      }
    }
    print(`${what}, ${[...sizes].join()} weights`, times, notes);
  } finally {
    await Promise.all(here.map(({ process }) => process.end()));
  }
}

function print(title: string, times: ReadonlyMap<Contestant, Times>, notes: readonly string[]): void {
  console.log(`\n${title}`);
  console.log(
    'ms a step                      median    least  CPU, least   times the first: median  least    CPU',
  );
  const [first] = times.values();
  for (const [{ name }, own] of times) {
    const ratio = (of: (times: Times) => number) => (of(first as Times) / of(own)).toFixed(1);
    const columns = [MEDIAN, LEAST, LEAST_CPU];
    const [median, least, cpu] = columns.map((of) => of(own).toFixed(1)) as [string, string, string];
    const [byMedian, byLeast, byCpu] = columns.map(ratio) as [string, string, string];
    console.log(
      `${name.padEnd(26)} ${median.padStart(10)} ${least.padStart(8)} ${cpu.padStart(11)} ${byMedian.padStart(25)} ${byLeast.padStart(6)} ${byCpu.padStart(6)}`,
    );
  }
  for (const note of notes) console.log(note);
}

/** Shapes that change from batch to batch, which is what makes a heap grow. */
async function checkMemory(headCase: HeadCase, steps: number): Promise<void> {
  const ours = startAsked('npx', ['tsx', 'tools/bench/train-worker.ts', 'wasm']);
  try {
    await ours.ask('start', { case: headCase });
    console.log(`\nmemory of mvsa-fusion on wasm over ${steps} steps, 1 query`);
    console.log('  step  tensors  wasm heap, MiB  resident, MiB');
    for (let mark = 0; mark <= MEMORY_MARKS; mark++) {
      const wanted =
        Math.round((steps * mark) / MEMORY_MARKS) - Math.round((steps * (mark - 1)) / MEMORY_MARKS);
      const answer = await ours.ask('memory', { steps: mark === 0 ? 0 : wanted });
      const {
        steps: done,
        tensors,
        heap,
        rss,
      } = answer as Record<'steps' | 'tensors' | 'heap' | 'rss', number>;
      const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
      console.log(
        `${String(done).padStart(6)} ${String(tensors).padStart(8)} ${mebibytes(heap).padStart(15)} ${mebibytes(rss).padStart(14)}`,
      );
    }
  } finally {
    await ours.end();
  }
}

const MEDIAN = ({ clock }: Times) => [...clock].sort((a, b) => a - b)[clock.length >> 1] as number;
const LEAST = ({ clock }: Times) => Math.min(...clock);
const LEAST_CPU = ({ cpu }: Times) => Math.min(...cpu);
