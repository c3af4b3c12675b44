/**
 * Images a second: decoded, resized to 256, cropped to 224 and normalised, here and with Pillow and torchvision.
 *
 * Every number must equal torchvision's, or the benchmark fails. Also alone: npx tsx tools/bench/images.ts [DIR] [COUNT]
 *
 * DIR (or MVSA_DIR) is a folder of MVSA-Single; without it, made-up photographs are used. REFERENCE_PYTHON is the Python that
 * has torchvision; without it only this library is measured.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import sharp, { type Create } from 'sharp';
import { mapConcurrently } from '../../src/concurrency';
import { imageNetTransform } from '../../src/data/images/image-transform';
import { inspectImage } from '../../src/data/images/inspect-image';
import { perceptualHash } from '../../src/data/images/perceptual-hash';
import { decodeImage } from '../../src/data/images/read-image';
import { imageToFloat } from '../../src/data/images/rgb-image';
import { createRandom } from '../../src/random';

const ROUNDS = 5;
const SEED = 7;

interface Reference {
  ask(command: 'single' | 'loader'): Promise<number>;
  hashes(): Promise<string[]>;
  readonly versions: string;
  close(): void;
}

/** Measures and prints; `npm run bench -- images` calls it. */
export default async function run(directory = process.env.MVSA_DIR, count = 400): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mvsa-bench-'));
  try {
    const paths = directory ? await sample(join(directory, 'data'), count) : await makeUp(folder, count);
    const source = directory ? 'images of MVSA, drawn by seed' : 'made-up photographs';
    console.log(`\nImages: ${paths.length} ${source}; medians of ${ROUNDS} rounds, taken in turns`);
    await compare(paths, folder);
    await measure('inspectImage, 32 in flight', paths, 32, inspectImage);
    await measure('perceptualHash, 4 in flight', paths, 4, perceptualHash);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
export { run };

async function load(path: string): Promise<Float32Array> {
  return imageToFloat(await decodeImage(path, imageNetTransform), imageNetTransform);
}

async function compare(paths: readonly string[], folder: string): Promise<void> {
  const reference = await startReference(paths, folder);
  if (reference === null)
    console.log('Pillow and torchvision: left out, because REFERENCE_PYTHON is not set');
  else await checkNumbers(paths, reference);
  const ways: [name: string, seconds: () => Promise<number>][] = [
    ['mvsa-fusion, one at a time', () => secondsOf(paths, 1, load)],
    ['mvsa-fusion, 4 in flight', () => secondsOf(paths, 4, load)],
  ];
  if (reference !== null) {
    ways.push([`${reference.versions}, one process`, () => reference.ask('single')]);
    ways.push([`${reference.versions}, DataLoader, 2 workers`, () => reference.ask('loader')]);
  }
  const seconds = ways.map((): number[] => []);
  // The first round warms up and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, [, take]] of ways.entries()) {
      const taken = await take();
      if (round > 0) seconds[index]?.push(taken);
    }
  }
  reference?.close();
  const rates = seconds.map((taken) => paths.length / median(taken));
  for (const [index, [name]] of ways.entries()) {
    console.log(`${name.padEnd(62)} ${(rates[index] as number).toFixed(0).padStart(5)} images/s`);
  }
  const [single, inFlight, process, loader] = rates as [number, number, number?, number?];
  if (process === undefined || loader === undefined) return;
  console.log(
    `ratio: ${(single / process).toFixed(2)} (one at a time against one process), ${(inFlight / loader).toFixed(2)} (4 in flight against two workers)`,
  );
}

async function checkNumbers(paths: readonly string[], reference: Reference): Promise<void> {
  const expected = await reference.hashes();
  let equal = 0;
  for (const [index, path] of paths.entries()) {
    const numbers = await load(path);
    const hash = createHash('sha256').update(new Uint8Array(numbers.buffer)).digest('hex');
    if (hash === expected[index]) equal++;
  }
  console.log(`equal to torchvision bit for bit: ${equal} of ${paths.length}`);
  if (equal !== paths.length) throw new Error('The numbers differ from the reference: nothing is compared.');
}

async function secondsOf<T>(
  paths: readonly string[],
  limit: number,
  work: (path: string) => Promise<T>,
): Promise<number> {
  const start = performance.now();
  await mapConcurrently(paths, limit, async (path) => {
    await work(path);
  });
  return (performance.now() - start) / 1000;
}

async function measure<T>(
  name: string,
  paths: readonly string[],
  limit: number,
  work: (path: string) => Promise<T>,
): Promise<void> {
  const seconds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) seconds.push(await secondsOf(paths, limit, work));
  const milliseconds = (1000 * median(seconds.slice(1))) / paths.length;
  console.log(`${name.padEnd(62)} ${milliseconds.toFixed(2).padStart(5)} ms an image`);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

async function sample(folder: string, count: number): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  return createRandom(SEED)
    .shuffle(names)
    .slice(0, count)
    .map((name) => join(folder, name));
}

/** Soft shapes with grain, as large and as heavy as a photograph of a post. */
async function makeUp(folder: string, count: number): Promise<string[]> {
  const { integer } = createRandom(SEED);
  const paths = Array.from({ length: count }, (_, index) => join(folder, `${index}.jpg`));
  for (const path of paths) {
    const [width, height] = integer(2) === 0 ? [600, 450] : [480, 640];
    const data = Uint8Array.from({ length: 24 * 18 * 3 }, () => integer(256));
    const grain = {
      width,
      height,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 12 },
    };
    const shapes = sharp(data, { raw: { width: 24, height: 18, channels: 3 } }).resize(width, height, {
      fit: 'fill',
    });
    const layer = await sharp({ create: grain as Create })
      .png()
      .toBuffer();
    await writeFile(
      path,
      await sharp(await shapes.png().toBuffer())
        .composite([{ input: layer, blend: 'soft-light' }])
        .jpeg()
        .toBuffer(),
    );
  }
  return paths;
}

async function startReference(paths: readonly string[], folder: string): Promise<Reference | null> {
  const python = process.env.REFERENCE_PYTHON;
  if (!python) return null;
  const list = join(folder, 'paths.txt');
  await writeFile(list, paths.join('\n'));
  const script = fileURLToPath(new URL('./images.py', import.meta.url));
  const child = spawn(python, [script, list], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (command: string) => {
    child.stdin.write(`${command}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script}: ended without an answer to "${command}".`);
    return JSON.parse(value) as { seconds: number; answer: unknown };
  };
  return {
    versions: (await ask('versions')).answer as string,
    ask: async (command) => (await ask(command)).seconds,
    hashes: async () => (await ask('hashes')).answer as string[],
    close: () => child.stdin.end(),
  };
}

if (process.argv[1] === import.meta.filename) {
  const [directory, count] = process.argv.slice(2);
  await run(directory, count === undefined ? undefined : Number(count));
}
