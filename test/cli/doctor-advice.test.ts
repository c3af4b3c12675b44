import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { adviseOn, type Findings } from '../../src/cli/doctor/advise-on';
import { formatDiagnosis } from '../../src/cli/doctor/format-diagnosis';
import { findCopies, resolvePackage } from '../../src/cli/doctor/installed-packages';

const found: Findings = {
  backend: { name: 'tfjs-node', tfjsName: 'tensorflow', library: 'TensorFlow 2.18.1', threads: 8 },
  tried: [
    { backend: 'tfjs-node-gpu', taken: false, reason: 'not installed' },
    { backend: 'tfjs-node', taken: true, reason: '' },
  ],
  versions: { 'mvsa-fusion': '0.1.0', node: '20.0.0', 'tfjs-core': '4.22.0', 'tfjs-layers': '4.22.0' },
  machine: {
    platform: 'linux',
    arch: 'x64',
    cpu: 'a processor',
    cores: 8,
    features: null,
    memoryGiB: 16,
    load: 0.5,
    nvidiaGpu: false,
  },
  speed: null,
  packages: [],
  copies: [],
};
const commands = (changes: Partial<Findings>, environment = {}, inCheckout = false) =>
  adviseOn({ ...found, ...changes }, { environment, inCheckout }).map(({ command }) => command);

describe('advice', () => {
  test.each<[string, Partial<Findings>, Record<string, string>, boolean, string[]]>([
    ['none is needed', {}, {}, false, []],
    [
      'threads',
      { backend: { ...(found.backend as NonNullable<Findings['backend']>), threads: 1 } },
      { TF_ENABLE_ONEDNN_OPTS: '0' },
      false,
      ['unset TF_NUM_INTRAOP_THREADS', 'unset TF_ENABLE_ONEDNN_OPTS'],
    ],
    [
      'a GPU',
      { machine: { ...found.machine, nvidiaGpu: true } },
      {},
      false,
      ['npm i @tensorflow/tfjs-node-gpu@4.22.0'],
    ],
    ['a busy machine', { machine: { ...found.machine, load: 9 } }, {}, false, ['top']],
    [
      'in a checkout',
      {
        backend: { name: 'wasm', tfjsName: 'wasm', library: null, threads: 1 },
        tried: [{ backend: 'tfjs-node', taken: false, reason: 'not installed' }],
      },
      {},
      true,
      ['npm run native-backend'],
    ],
    [
      'only cpu works',
      {
        backend: { name: 'cpu', tfjsName: 'cpu', library: null, threads: 1 },
        tried: [
          { backend: 'tfjs-node', taken: false, reason: 'not installed' },
          { backend: 'wasm', taken: false, reason: 'no WebAssembly' },
        ],
      },
      {},
      false,
      ['npm i @tensorflow/tfjs-node@4.22.0', 'npm i @tensorflow/tfjs-backend-wasm@4.22.0'],
    ],
    [
      'nothing works',
      { backend: null },
      {},
      false,
      ['npm i mvsa-fusion @tensorflow/tfjs-backend-wasm@4.22.0'],
    ],
  ])('%s', (_case, changes, environment, inCheckout, expected) => {
    expect(commands(changes, environment, inCheckout)).toEqual(expected);
  });

  test('says so where there is none', () => {
    const page = formatDiagnosis({ ...found, advice: [] });
    expect(page).toMatch(/^Backend\n {2}tfjs-node runs on TensorFlow 2\.18\.1, 8 threads\n/);
    expect(page).toMatch(/processor features: the system does not tell\n/);
    expect(page).toMatch(/Advice\n {2}nothing to mend, nothing to gain\n$/);
  });
});

describe('packages', () => {
  test('are found by walking up, links resolved', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'mvsa-resolve-')));
    try {
      const [inner, real] = [join(folder, 'a/b'), join(folder, 'real')];
      for (const made of [inner, real, join(folder, 'node_modules')]) await mkdir(made, { recursive: true });
      await writeFile(join(real, 'package.json'), '{ "version": "1.2.3" }');
      await symlink(real, join(folder, 'node_modules/thing'));
      expect(resolvePackage('thing', inner)).toEqual({ version: '1.2.3', folder: real });
      expect(resolvePackage('no-such-thing', inner)).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('here, TensorFlow.js is there once', () => {
    expect(
      findCopies(resolve(import.meta.dirname, '../..'), import.meta.dirname).map(
        ({ copies }) => copies.length,
      ),
    ).toEqual([1, 1]);
  });
});
