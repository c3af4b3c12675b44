/** Feature extraction against PyTorch and Python's onnxruntime, in turns, over the same real posts and the same weights. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type MvsaPair, normalizeText, openMvsa } from '../../src/data';
import {
  bertExtractor,
  extractFeatures,
  type ImageExtractor,
  resNet50Extractor,
  type TextExtractor,
} from '../../src/models';
import { loadTransformersRuntime } from '../../src/models/extractors/runtime/transformers-runtime';
import { startAsked } from './ask-process';

const POSTS = Number(process.env.BENCH_POSTS ?? 500);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const [TEXT_MODEL, IMAGE_MODEL] = ['models/bert-base-random', 'models/resnet50-random'];

export async function run(): Promise<void> {
  const { MVSA_DIR: directory, REFERENCE_PYTHON: python } = process.env;
  const lacking = [
    ...(directory ? [] : ['MVSA_DIR is not set']),
    ...(python ? [] : ['REFERENCE_PYTHON is not set']),
    ...(existsSync(TEXT_MODEL) && existsSync(IMAGE_MODEL)
      ? []
      : ['models/ is not built (tools/offline-models)']),
  ];
  if (!directory || !python || lacking.length > 0) {
    console.log(`extract: left out, because ${lacking.join(' and ')}`);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'mvsa-bench-'));
  try {
    const posts = await distinctPosts(directory);
    const { text, image, rival } = await start(posts, folder, python);
    await takeTurns(posts, { text, image, rival, folder });
    await Promise.all([text.dispose(), image.dispose(), rival.end()]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (process.env.BENCH_ALL !== '0') await wholeDataSet(directory);
}

/** Equal texts or images would be computed once here, and again and again there. */
async function distinctPosts(directory: string): Promise<MvsaPair[]> {
  const { pairs, images } = await openMvsa(directory);
  const seen = new Set<string>();
  const step = Math.max(1, Math.floor(pairs.length / POSTS / 1.2));
  return pairs
    .filter((_, index) => index % step === 0)
    .filter(({ id, text }) => {
      const { width, height, bytes } = images.get(id) ?? { width: 0, height: 0, bytes: 0 };
      const marks = [normalizeText(text), `${width} ${height} ${bytes}`];
      if (marks.some((mark) => seen.has(mark))) return false;
      for (const mark of marks) seen.add(mark);
      return true;
    })
    .slice(0, POSTS);
}

interface Rival {
  /** Seconds of one pass over the posts. */
  ask(way: string): Promise<number>;
  /** What runs there. */
  versions(): Promise<string>;
  end(): Promise<void>;
}

async function start(posts: readonly MvsaPair[], folder: string, python: string) {
  const file = join(folder, 'posts.json');
  // The same texts on both sides.
  const seen = posts.map(({ id, text, imagePath }) => ({ id, text: normalizeText(text), imagePath }));
  await writeFile(file, JSON.stringify(seen));
  const rival = startRival(python, [
    'tools/bench/extract.py',
    file,
    '--text-model',
    TEXT_MODEL,
    '--image-model',
    IMAGE_MODEL,
    '--serve',
  ]);
  const text: TextExtractor = await bertExtractor(TEXT_MODEL);
  const image: ImageExtractor = await resNet50Extractor(IMAGE_MODEL);
  const { packageName, version, ort } = await loadTransformersRuntime();
  console.log(`here: ${packageName} ${version}, onnxruntime-node ${ort.version}, sharp`);
  console.log(`there: ${await rival.versions()}`);
  return { text, image, rival };
}

function startRival(python: string, parameters: string[]): Rival {
  const { ask, end } = startAsked(python, parameters);
  return {
    ask: async (way) => Number((await ask(way)).seconds),
    versions: async () => {
      const { command: _, ...versions } = await ask('versions');
      return JSON.stringify(versions);
    },
    end,
  };
}

async function takeTurns(
  posts: readonly MvsaPair[],
  {
    text,
    image,
    rival,
    folder,
  }: { text: TextExtractor; image: ImageExtractor; rival: Rival; folder: string },
): Promise<void> {
  let caches = 0;
  /** Ours always decode, tokenise, run and write the cache. */
  const ours = async (extractors: { text?: TextExtractor; image?: ImageExtractor }) => {
    const cache = join(folder, `cache-${caches++}`);
    const started = performance.now();
    const features = await extractFeatures(posts, { ...extractors, cache });
    const seconds = (performance.now() - started) / 1000;
    await features.close();
    await rm(cache, { recursive: true });
    return seconds;
  };
  const contests = [
    { what: 'texts', mine: { text }, rivals: ['torch-text', 'ort-text'] },
    { what: 'images', mine: { image }, rivals: ['torch-image', 'ort-image-decode'] },
    { what: 'pairs', mine: { text, image }, rivals: ['torch-pipeline'] },
  ];
  console.log(`\n${posts.length} posts with distinct texts and images, ${ROUNDS} rounds in turns; medians`);
  console.log('           ours/s   rival               rival/s   ratio (each round)');
  for (const { what, mine, rivals } of contests) {
    const seconds = new Map<string, number[]>([
      ['ours', []],
      ...rivals.map((way): [string, number[]] => [way, []]),
    ]);
    // Both models are warm by then.
    if (what !== 'pairs') await ours(mine);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [way, list] of seconds) list.push(way === 'ours' ? await ours(mine) : await rival.ask(way));
    }
    const own = seconds.get('ours') as number[];
    for (const way of rivals) {
      const theirs = seconds.get(way) as number[];
      const ratios = own.map((value, round) => (theirs[round] as number) / value);
      const rate = (list: readonly number[]) => (posts.length / median(list)).toFixed(1);
      console.log(
        `${what.padEnd(8)} ${rate(own).padStart(8)}   ${way.padEnd(18)} ${rate(theirs).padStart(8)}   ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`,
      );
    }
  }
}

/** In a process of its own: its peak of memory is its own. */
async function wholeDataSet(directory: string): Promise<void> {
  const script = ['tsx', 'tools/bench/extract-all.ts', resolve(directory), TEXT_MODEL, IMAGE_MODEL];
  const { stdout } = await promisify(execFile)('npx', script);
  const { posts, first, second, memory, peak } = JSON.parse(stdout);
  console.log(
    `\n${posts} posts: first pass ${first.seconds.toFixed(0)} s, second from the cache ${second.seconds.toFixed(2)} s (${(first.seconds / second.seconds).toFixed(0)} times faster)`,
  );
  console.log(`memory in MiB at each tenth of the images: ${memory.join(', ')}; peak ${peak}`);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
