/**
 * What can happen to a run of `predict --posts`: kills at any moment, and a full disk. In the end the output must be, byte for byte,
 * that of a run that nothing stopped.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { predictFile, SentimentClassifier } from '../../src/classifier';
import { MvsaFusionError } from '../../src/errors';
import { createRandom } from '../../src/random';
import { makeJpeg } from '../data/mvsa/mini-mvsa';
import { canMount, mountSmallDisk } from '../support/mount-small-disk';
import { postLines, tinyClassifier } from '../support/tiny-classifier';
import { useBackend } from '../support/use-backend';

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/index.js');
const ROWS = 600;
const BATCH = 8;

useBackend('wasm');
let folder = '';
let model = '';
let input = '';
let straight = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'predict-faults-'));
  model = join(folder, 'model');
  const classifier = await tinyClassifier();
  await classifier.save(model);
  await writeFile(join(folder, 'photo.jpg'), await makeJpeg(40, 30));
  input = join(folder, 'posts.jsonl');
  await writeFile(input, postLines(ROWS, 'photo.jpg').lines.join('\n'));
  const output = join(folder, 'straight.jsonl');
  await predictFile(classifier, input, output, { batchSize: BATCH });
  straight = await readFile(output, 'utf8');
  await classifier.dispose();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(output: string): { readonly child: ChildProcess; readonly ended: Promise<number | null> } {
  const flags = ['--posts', input, '--out', output, '--batch-size', `${BATCH}`, '--quiet'];
  const child = spawn(process.execPath, [PROGRAM, 'predict', model, '--backend', 'wasm', ...flags], {
    stdio: 'ignore',
  });
  return { child, ended: new Promise((done) => child.on('close', (code) => done(code))) };
}

const rowsOf = async (output: string): Promise<number> =>
  readFile(join(`${output}.part`, 'journal.json'), 'utf8').then(
    (text) => JSON.parse(text).rows,
    () => 0,
  );

test('killed again and again, it loses no row and writes none twice', async () => {
  const output = join(folder, 'killed.jsonl');
  const random = createRandom(5);
  let before = 0;
  for (let kill = 0; kill < 3; kill++) {
    const { child, ended } = start(output);
    while ((await rowsOf(output)) <= before + 40 && child.exitCode === null) await setTimeout(5);
    await setTimeout(random.integer(30));
    child.kill('SIGKILL');
    expect(await ended).toBeNull();
    const rows = await rowsOf(output);
    expect([rows > before, rows % BATCH]).toEqual([true, 0]);
    before = rows;
  }
  expect(await start(output).ended).toBe(0);
  expect(await readFile(output, 'utf8')).toBe(straight);
  await expect(stat(`${output}.part`)).rejects.toThrow('ENOENT');
});

test.skipIf(!canMount)('a full disk (skipped where mounting a tmpfs is not allowed)', async () => {
  const classifier = await SentimentClassifier.load(model);
  const disk = join(folder, 'disk');
  await mkdir(disk);
  mountSmallDisk(disk, 'size=1m');
  const output = join(disk, 'answers.jsonl');
  const answer = () => predictFile(classifier, input, output, { batchSize: BATCH });
  const filler = join(disk, 'filler');
  let reached = 0;
  // From room for nothing, not even a lock, to room for some answers more.
  for (const free of [0, 30_000, 70_000]) {
    await rm(filler, { force: true });
    const { bavail, bsize } = await statfs(disk);
    await writeFile(filler, new Uint8Array(Math.max(0, bavail * bsize - free)));
    const error = await answer().catch((thrown: unknown) => thrown);
    expect(error, `${free}`).toBeInstanceOf(MvsaFusionError);
    expect((error as Error).message).toMatch(
      /^Could not write .*answers\.jsonl: .*ENOSPC.* has free space\./,
    );
    const rows = await rowsOf(output);
    if (rows > 0)
      expect((error as Error).message).toMatch(
        /The answers of the first \d+ rows are kept: the same call goes on/,
      );
    expect([rows >= reached, rows < ROWS]).toEqual([true, true]);
    reached = rows;
  }
  expect(reached).toBeGreaterThan(0);
  await rm(filler);
  expect((await answer()).resumedAt).toBe(reached);
  expect(await readFile(output, 'utf8')).toBe(straight);
  await classifier.dispose();
});
