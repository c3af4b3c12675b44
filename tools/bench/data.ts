/** How fast a data set is opened, and how memory and time of validation grow with its rows. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { openMvsa, validatePairs } from '../../src/data';

const ROUNDS = 3;
const SIZES = [50_000, 100_000, 200_000];

export async function run(): Promise<void> {
  const directory = process.env.MVSA_DIR;
  if (directory && existsSync(directory)) await openReal(directory);
  else console.log('opening real posts: left out, because MVSA_DIR is not set');
  await validateSynthetic();
}

async function openReal(directory: string): Promise<void> {
  const open = await medianSeconds(async () => (await openMvsa(directory)).pairs.length);
  const decode = await medianSeconds(async () => {
    let good = 0;
    for await (const { problem } of validatePairs(directory, { decodeImages: true }))
      if (problem === null) good++;
    return good;
  }, 1);
  const { total, kept } = (await openMvsa(directory)).summary();
  console.log(`openMvsa, ${total} rows, ${kept} kept: ${open.toFixed(2)} s (median of ${ROUNDS})`);
  console.log(`validatePairs with every image decoded: ${decode.toFixed(1)} s`);
}

/** Each size in a process of its own, so that its peak of memory is its own. */
async function validateSynthetic(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mvsa-bench-'));
  try {
    await writeSynthetic(folder, SIZES.at(-1) as number);
    console.log('\nvalidatePairs of synthetic rows, each with a text and an image file');
    console.log('   rows   seconds   us a row   peak memory');
    for (const rows of SIZES) {
      await writeFile(join(folder, 'labelResultAll.txt'), labels(rows));
      const { stdout } = await promisify(execFile)('npx', ['tsx', 'tools/bench/validate-rows.ts', folder]);
      const { seconds, posts, peak } = JSON.parse(stdout) as Record<'seconds' | 'posts' | 'peak', number>;
      if (posts !== rows) throw new Error(`validatePairs gave ${posts} of ${rows} posts.`);
      console.log(
        `${String(rows).padStart(7)} ${seconds.toFixed(1).padStart(9)} ${((1e6 * seconds) / rows).toFixed(0).padStart(10)} ${(peak / 2 ** 20).toFixed(0).padStart(9)} MiB`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const labels = (rows: number) =>
  `ID\ttext,image\n${Array.from({ length: rows }, (_, id) => `${id}\tneutral,positive\n`).join('')}`;

/** Hard links to a few files: as many paths as in a real data set of this size, without its bytes. */
async function writeSynthetic(folder: string, rows: number): Promise<void> {
  await mkdir(join(folder, 'data'));
  const create = { width: 640, height: 480, channels: 3, background: 'teal' } as const;
  const image = await sharp({ create }).jpeg().toBuffer();
  // A file takes 65,000 links at most on common file systems.
  const perSource = 30_000;
  for (let start = 0; start < rows; start += perSource) {
    const [text, picture] = [join(folder, `${start}.txt`), join(folder, `${start}.jpg`)];
    await writeFile(text, 'RT @someone: a sunny day in the park #happy http://t.co/abc \n');
    await writeFile(picture, image);
    for (let id = start; id < Math.min(rows, start + perSource); id++) {
      await Promise.all([
        link(text, join(folder, 'data', `${id}.txt`)),
        link(picture, join(folder, 'data', `${id}.jpg`)),
      ]);
    }
  }
}

async function medianSeconds(work: () => Promise<number>, rounds = ROUNDS): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    await work();
    seconds.push((performance.now() - started) / 1000);
  }
  return seconds.sort((a, b) => a - b)[Math.floor(rounds / 2)] as number;
}
