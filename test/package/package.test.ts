/** The packed tarball, unpacked beside the packages it depends on, as Node's own resolution finds it. */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');

// Outside the repository, so that no package of the repository is found by walking up.
const folder = mkdtempSync(join(tmpdir(), 'mvsa-fusion-package-'));
const unpacked = join(folder, 'package');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A project with a copy of the package and links to the named packages only. */
function createProject(name: string, linked: readonly string[]): string {
  const project = join(folder, name);
  const packages = join(project, 'node_modules');
  mkdirSync(packages, { recursive: true });
  for (const dependency of linked) {
    mkdirSync(dirname(join(packages, dependency)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', dependency), join(packages, dependency), 'junction');
  }
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  for (const file of listFiles(unpacked)) {
    mkdirSync(dirname(join(packages, 'mvsa-fusion', file)), { recursive: true });
    copyFileSync(join(unpacked, file), join(packages, 'mvsa-fusion', file));
  }
  for (const script of ['smoke.mjs', 'smoke.cjs']) {
    copyFileSync(join(import.meta.dirname, script), join(project, script));
  }
  return project;
}

const listFiles = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => statSync(join(directory, file)).isFile())
    .sort();

async function node(project: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, MVSA_FUSION_BACKEND: backend, NODE_OPTIONS: '', NODE_PATH: '' };
  return (await run(process.execPath, args, { cwd: project, env })).stdout;
}

const evaluate = (project: string, code: string) => node(project, '--input-type=module', '--eval', code);

const tfjs = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
const required = [...tfjs, ...Object.keys(manifest.dependencies)];
let backend = 'cpu';
let bare = '';
let withSharp = '';

beforeAll(async () => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const shell = process.platform === 'win32';
  if (!existsSync(join(ROOT, 'dist/index.js'))) await run(npm, ['run', 'build'], { cwd: ROOT, shell });
  await run(npm, ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT, shell });
  const tarball = `mvsa-fusion-${manifest.version}.tgz`;
  await run('tar', ['-xzf', tarball], { cwd: folder });
  bare = createProject('bare', required);
  withSharp = createProject('with-sharp', [...required, 'sharp']);
});

describe('the tarball', () => {
  test('holds what the manifest names, and no source, tests or data', () => {
    const files = listFiles(unpacked);
    expect(files.filter((file) => /^(src|test|tools|runs|shared|docs\/api|\.)/.test(file))).toEqual([]);
    expect(files.filter((file) => !/^(dist|examples|docs)\//.test(file))).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    for (const { types, default: code } of entries.map((entry) => manifest.exports[entry])) {
      expect(files).toEqual(expect.arrayContaining([types.slice(2), code.slice(2)]));
    }
    // The pictures of its guides.
    const images = ['README.md', ...files.filter((file) => /^docs\/.*\.md$/.test(file))].flatMap((guide) => {
      const text = readFileSync(join(unpacked, guide), 'utf8');
      return [...text.matchAll(/!\[[^\]]*\]\((?!https?:)([^)]+)\)/g)].map(([, path]) =>
        join(dirname(guide), path as string).replaceAll('\\', '/'),
      );
    });
    expect(images).not.toEqual([]);
    expect(files).toEqual(expect.arrayContaining(images));
    const bytes = files.reduce((sum, file) => sum + statSync(join(unpacked, file)).size, 0);
    console.log(`note: package of ${files.length} files, ${(bytes / 1e6).toFixed(2)} MB unpacked`);
    expect(bytes).toBeLessThan(2.5e6);
  });

  test('holds each layer class once', () => {
    const code = listFiles(join(unpacked, 'dist')).filter((file) => file.endsWith('.js'));
    const texts = code.map((file) => readFileSync(join(unpacked, 'dist', file), 'utf8'));
    expect(texts.join('').split('className = "VisionGuidedCrossAttention"')).toHaveLength(2);
  });

  test('declares each file that registers a layer as a side effect', () => {
    const registering = listFiles(join(unpacked, 'dist'))
      .filter((file) => file.endsWith('.js'))
      .filter((file) =>
        readFileSync(join(unpacked, 'dist', file), 'utf8').includes('serialization.registerClass('),
      );
    expect(registering).not.toEqual([]);
    expect(manifest.sideEffects).toContain('./dist/chunk-*.js');
    expect(registering.filter((file) => !/^chunk-[^/]+\.js$/.test(file))).toEqual([]);
  });
});

describe('its types', () => {
  let project = '';
  beforeAll(() => {
    project = createProject('typed', [...required, '@types/node']);
    copyFileSync(join(import.meta.dirname, 'consumer.mts'), join(project, 'consumer.mts'));
  });

  /** What the compiler says of a consumer; one that finds nothing says nothing. */
  async function compile(...options: string[]): Promise<string[]> {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const always = ['--noEmit', '--strict', '--target', 'es2022', '--types', 'node', '--pretty', 'false'];
    const args = [tsc, ...always, ...options, 'consumer.mts'];
    const output = await run(process.execPath, args, { cwd: project }).catch((error) => error);
    return output.stdout.split('\n').filter(Boolean);
  }

  test.each([
    ['nodenext', []],
    ['node16', []],
    ['esnext', ['--moduleResolution', 'bundler']],
  ])('are found with module %s', async (module, options) => {
    expect(await compile('--module', module, ...options, '--skipLibCheck')).toEqual([]);
  });

  test('have no error of their own where libraries are checked too', async () => {
    const lines = await compile('--module', 'nodenext', '--skipLibCheck', 'false');
    // tfjs' declarations have some.
    expect(lines.some((line) => line.includes('tfjs-layers/dist/'))).toBe(true);
    expect(lines.filter((line) => /^(node_modules\/mvsa-fusion|consumer)/.test(line))).toEqual([]);
  });
});

describe('the package without optional peers', () => {
  test('has none of them in reach', async () => {
    const optional = Object.keys(manifest.peerDependenciesMeta);
    const code = `const found = [];
      for (const name of ${JSON.stringify(optional)}) await import(name).then(() => found.push(name), () => {});
      console.log(JSON.stringify(found));`;
    expect(JSON.parse(await evaluate(bare, code))).toEqual([]);
  });

  test.each(['cpu', 'wasm'])(
    'imports, trains with fit on %s, and says how to install sharp',
    async (name) => {
      backend = name;
      try {
        expect(await node(bare, 'smoke.mjs')).toMatch(
          new RegExp(`^import: ${entries.length} entries, ${name}.*, loss `),
        );
      } finally {
        backend = 'cpu';
      }
    },
  );

  test('is found by require', async () => {
    expect(await node(bare, 'smoke.cjs')).toBe(`require: ${entries.length} entries\n`);
  });

  test('keeps the backend and kernels that the program chose', async () => {
    const code = `
      import * as tf from '@tensorflow/tfjs-core';
      tf.registerBackend('mine', () => new tf.KernelBackend());
      tf.registerKernel({ kernelName: 'Add', backendName: 'mine', kernelFunc: () => null });
      await tf.setBackend('mine');
      for (const entry of ${JSON.stringify(entries)}) await import('mvsa-fusion' + entry.slice(1));
      console.log(tf.getBackend(), tf.getKernelsForBackend('mine').length);`;
    expect(await evaluate(bare, code)).toBe('mine 1\n');
  });

  test('imports each entry alone', async () => {
    for (const entry of entries) {
      const specifier = `mvsa-fusion${entry.slice(1)}`;
      const names = JSON.parse(
        await evaluate(bare, `console.log(JSON.stringify(Object.keys(await import('${specifier}'))))`),
      );
      expect(names, specifier).not.toEqual([]);
    }
  });

  test('exports from the root all that the other entries do, each the same, save what is for experts', async () => {
    const code = `const root = await import('mvsa-fusion');
      const other = [];
      const expert = [];
      for (const entry of ${JSON.stringify(entries)}) {
        for (const [name, value] of Object.entries(await import('mvsa-fusion' + entry.slice(1)))) {
          if (['./onnx', './options', './safetensors'].includes(entry) && !(name in root)) expert.push(name);
          else if (root[name] !== value) other.push(entry + ' ' + name);
        }
      }
      console.log(JSON.stringify([Object.keys(root).length, other, expert]));`;
    const [count, other, expert] = JSON.parse(await evaluate(bare, code));
    expect(count).toBeGreaterThan(50);
    expect(other).toEqual([]);
    expect(expert.sort()).toEqual([
      'addFlags',
      'bfloat16ToFloat32',
      'exportResNet50Onnx',
      'findFeatureOutputs',
      'findImageOutputs',
      'findTextOutputs',
      'float16ToFloat32',
      'float32ToBfloat16',
      'float32ToFloat16',
      'loadTransformersRuntime',
      'openSafetensors',
      'readOnnxModel',
      'readSafetensorsHeader',
      'tapOutputs',
      'tappedModel',
      'writeSafetensors',
    ]);
  });

  test('shows the help of its example', async () => {
    const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
    const example = 'node_modules/mvsa-fusion/examples/train-mvsa.ts';
    expect(await node(bare, tsx, example, '--help')).toContain('--data');
  });
});

test('with sharp, images decode', async () => {
  const code = `import { decodeImage } from 'mvsa-fusion/data';
    const gif = Buffer.from('R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');
    console.log([...await decodeImage(gif, { size: 1 })].join());`;
  expect(await evaluate(withSharp, code)).toBe('255,0,0\n');
});

test('the command is installed under its name and runs', async () => {
  expect(manifest.bin).toEqual({ 'mvsa-fusion': 'dist/cli/index.js' });
  const file = join(bare, 'node_modules/mvsa-fusion', manifest.bin['mvsa-fusion']);
  expect(await node(bare, file, '--version')).toBe(`${manifest.version}\n`);
});

test('metrics need no package but the one that finds the option somebody meant', async () => {
  const alone = createProject('alone', ['leven']);
  const code = `import { accuracyScore } from 'mvsa-fusion/metrics'; console.log(accuracyScore([0, 1], [0, 0]));`;
  expect(await evaluate(alone, code)).toBe('0.5\n');
});

describe("README's own script", () => {
  /** The code block under a heading. */
  const blockUnder = (heading: string) => {
    const text = readFileSync(join(unpacked, 'README.md'), 'utf8');
    const section = text.slice(text.indexOf(`\n## ${heading}\n`));
    return (section.match(/```ts\n([\s\S]*?)```/) as RegExpMatchArray)[1] as string;
  };
  const onWasm = async (project: string, script: string) =>
    (
      await run(process.execPath, [script], {
        cwd: project,
        env: { ...process.env, MVSA_FUSION_BACKEND: 'wasm', NODE_OPTIONS: '', NODE_PATH: '' },
      })
    ).stdout;

  test('trains, saves and asks in one process, and another one answers the same, bit for bit', async () => {
    const script = blockUnder('Your own script');
    expect(script.trimEnd().split('\n').length).toBeLessThan(25);
    const project = createProject('script', [...required, 'sharp']);
    const sample = "createSampleMvsa('./MVSA_Single', { pairs: 150 })";
    writeFileSync(
      join(project, 'sample.mjs'),
      `import { createSampleMvsa } from 'mvsa-fusion';\nawait ${sample};`,
    );
    writeFileSync(join(project, 'script.mjs'), script);
    await onWasm(project, 'sample.mjs');
    const first = await onWasm(project, 'script.mjs');
    expect(first).toMatch(/accuracy: 0\.\d+/);
    const [, answers] = first.split(/(?<=\]\n\s*}\n}\n|}\n)(?={\n {2}id)/) as [string, string];
    expect(answers).toContain("missing: [ 'image' ]");

    const imports =
      "import { selectBackend, SentimentClassifier } from 'mvsa-fusion';\nawait selectBackend();\n";
    const asking = script.slice(script.indexOf('const mine'));
    writeFileSync(join(project, 'ask.mjs'), imports + asking);
    expect(await onWasm(project, 'ask.mjs')).toBe(answers);
  }, 120_000);
});
