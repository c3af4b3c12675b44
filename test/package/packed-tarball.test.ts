import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');

/** What `npm i mvsa-fusion` brings besides itself; sharp, vega and the transformers stay away. */
const INSTALLED = [
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  'commander',
];

let project = '';
let files: string[] = [];

beforeAll(async () => {
  project = await mkdtemp(join(await realpath(tmpdir()), 'mvsa-fusion-'));
  // `npm test` has built dist just before.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: ROOT,
  });
  const [{ filename, files: packed }] = JSON.parse(stdout) as [
    { filename: string; files: { path: string }[] },
  ];
  files = packed.map(({ path }) => path);
  await run('tar', ['xzf', filename], { cwd: project });
  await mkdir(join(project, 'node_modules/@tensorflow'), { recursive: true });
  await cp(join(project, 'package'), join(project, 'node_modules/mvsa-fusion'), { recursive: true });
  for (const name of INSTALLED)
    await symlink(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  for (const script of ['smoke.mjs', 'smoke.cjs'])
    await cp(join(import.meta.dirname, script), join(project, script));
});

afterAll(() => rm(project, { recursive: true, force: true }));

// Linked packages must be found where they are linked, as if they were installed there.
const node = (...parameters: string[]) =>
  run('node', ['--preserve-symlinks', '--preserve-symlinks-main', ...parameters], { cwd: project });

describe('the packed tarball', () => {
  test('holds what users need and nothing else', async () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/index.js',
        'dist/layers/index.d.ts',
        'examples/train-mvsa.ts',
        'LICENSE',
      ]),
    );
    const strays = files.filter(
      (file) => !/^(dist|examples|docs)\/|^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(file),
    );
    expect(strays).toEqual([]);
    expect((await readdir(join(project, 'package'))).sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'examples', 'package.json'].sort(),
    );
  });

  test('works by import, trains, and names the missing optional package', async () => {
    expect((await node('smoke.mjs')).stdout).toMatch(/^import: 8 entries, wasm/m);
  });

  test('works by require', async () => {
    expect((await node('smoke.cjs')).stdout).toMatch(/^require: 8 entries/m);
  });

  test('a layer class exists once', async () => {
    const chunks = files.filter((file) => /^dist\/.*\.js$/.test(file));
    const texts = await Promise.all(chunks.map((file) => readFile(join(project, 'package', file), 'utf8')));
    expect(texts.filter((text) => text.includes('className = "VisionGuidedCrossAttention"'))).toHaveLength(1);
  });
});
