import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { cachedFolder } from '../../tools/native-backend/cached-folder';
import { tensorflowPackage } from '../../tools/native-backend/check-machine';
import { compileAddon } from '../../tools/native-backend/compile-addon';
import { fetchTensorflow } from '../../tools/native-backend/fetch-tensorflow';
import { findPackages, linkProject, unlinkProject } from '../../tools/native-backend/link-project';
import { runTool } from '../../tools/native-backend/run-tool';
import { MissingError } from '../../tools/native-backend/step-error';

const ROOT = resolve(import.meta.dirname, '../..');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'native-backend-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function put(file: string, text = '', mode = 0o644): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

describe('the machine', () => {
  test('names the package for its processor', () => {
    expect(tensorflowPackage('linux', 'x64', '2.36')).toBe('tensorflow-cpu');
    expect(tensorflowPackage('linux', 'arm64', '2.36')).toBe('tensorflow');
  });

  test.each([
    ['win32', 'x64', '2.36', /Linux only; this is win32: .* `npm i @tensorflow\/tfjs-node@4\.22\.0`/],
    ['darwin', 'arm64', null, /this is darwin/],
    ['linux', 'x64', null, /need glibc; this system has another C library/],
    ['linux', 'riscv64', '2.40', /this is riscv64\. Use the wasm backend/],
  ] as const)('%s %s with glibc %s is refused with a way out', (platform, arch, glibc, message) => {
    const refused = () => tensorflowPackage(platform, arch, glibc);
    expect(refused).toThrow(message);
    expect(refused).toThrow(MissingError);
  });
});

describe('programs', () => {
  test('that are not there', async () => {
    await expect(runTool('no-such-program', ['-x'], { remedy: 'Install it.' })).rejects.toThrow(
      'no-such-program: not found.\nInstall it.',
    );
  });

  test('that fail: their last words, and what to do', async () => {
    const failing = runTool(process.execPath, ['-e', 'console.error("disk full"); process.exit(3)'], {
      remedy: 'Make room.',
    });
    await expect(failing).rejects.toThrow(/ -e failed \(3\):\ndisk full\nMake room\.$/);
    await expect(failing).rejects.not.toThrow(MissingError);
  });

  test('Python without pip', async () => {
    await expect(fetchTensorflow('tensorflow-cpu', '2.18.1', 'no-python', folder)).rejects.toThrow(
      /no-python: not found\.\nPython 3 with pip fetches TensorFlow\. Install it .* --python/,
    );
  });

  test('a version that the index does not have', async () => {
    // An index without anything in it, as when there is no network.
    const python = await put(
      join(folder, 'python'),
      '#!/bin/sh\ncase "$*" in *--version) exit 0;; esac\necho "ERROR: No matching distribution" >&2; exit 1\n',
      0o755,
    );
    const fetching = fetchTensorflow('tensorflow-cpu', '9.9.9', python, folder);
    await expect(fetching).rejects.toThrow(MissingError);
    await expect(fetching).rejects.toThrow(
      /No matching distribution\nExpected tensorflow-cpu 9\.9\.9 from the Python index\. Without a network/,
    );
  });

  test('no compiler', async () => {
    const parts = { tensorflow: folder, packages: folder, compiler: 'no-compiler' };
    await expect(compileAddon(parts, join(folder, 'x.node'))).rejects.toThrow(
      /no-compiler: not found\.\nA C\+\+17 compiler builds the addon\. .* apt-get install g\+\+/,
    );
  });
});

describe('the cache', () => {
  test('holds all of a folder or nothing', async () => {
    const target = join(folder, 'cache/thing');
    const broken = cachedFolder(target, async (temporary) => {
      await put(join(temporary, 'half'));
      throw new Error('interrupted');
    });
    await expect(broken).rejects.toThrow('interrupted');
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
    const made = [1, 2].map((number) =>
      cachedFolder(target, async (temporary) => void (await put(join(temporary, 'whole'), String(number)))),
    );
    expect(await Promise.all(made)).toEqual([true, true]);
    expect(await cachedFolder(target, () => Promise.reject(new Error('again')))).toBe(false);
    expect(await readdir(join(folder, 'cache'))).toEqual(['thing']);
    expect(await readdir(target)).toEqual(['whole']);
  });
});

describe('the project', () => {
  const shared = ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu'];
  let packages = '';
  let addon = '';

  async function makeProject(name: string, version = '4.22.0'): Promise<string> {
    const project = join(folder, name);
    for (const one of shared) {
      await put(join(project, 'node_modules/@tensorflow', one, 'package.json'), JSON.stringify({ version }));
    }
    return project;
  }

  beforeAll(async () => {
    packages = join(folder, 'packages');
    addon = await put(join(folder, 'tfjs_binding.node'), 'machine code');
    for (const name of ['tfjs-node', 'tfjs', 'tfjs-converter', ...shared]) {
      const one = join(packages, '@tensorflow', name);
      await put(join(one, 'package.json'), '{ "version": "4.22.0" }');
      await put(join(one, 'dist/index.js'));
      await put(join(one, 'dist/index_test.js'));
      await put(join(one, 'dist/tf.node.js'));
      await put(join(one, 'dist/tf.min.js'));
      await put(join(one, 'dist/index.d.ts'));
      await put(join(one, 'src/index.ts'));
    }
    await put(join(packages, 'progress/index.js'));
    await put(join(packages, 'node-api-headers/include/node_api.h'));
  });

  it('gets a copy that shares its TensorFlow.js, once', async () => {
    const project = await makeProject('plain');
    const scope = findPackages(join(project));
    expect(await linkProject(scope, packages, addon, { tensorflow: '2.18.1' })).toBe(true);
    const own = join(scope, 'tfjs-node');
    expect(await readFile(join(own, 'lib/napi-v8/tfjs_binding.node'), 'utf8')).toBe('machine code');
    expect((await readdir(join(own, 'dist'))).sort()).toEqual([
      'index.d.ts',
      'index.js',
      'tf.min.js',
      'tf.node.js',
    ]);
    expect((await readdir(join(own, 'node_modules'))).sort()).toEqual(['@tensorflow', 'progress']);
    // tfjs-core and tfjs-layers are the project's: none here.
    expect((await readdir(join(own, 'node_modules/@tensorflow'))).sort()).toEqual(['tfjs', 'tfjs-converter']);
    expect((await readdir(join(own, 'node_modules/@tensorflow/tfjs/dist'))).sort()).toEqual([
      'index.d.ts',
      'tf.node.js',
    ]);
    expect(await linkProject(scope, packages, addon, { tensorflow: '2.18.1' })).toBe(false);
    expect(await linkProject(scope, packages, addon, { tensorflow: '2.21.0' })).toBe(true);
    expect((await readdir(scope)).sort()).toEqual([...shared, 'tfjs-node'].sort());

    expect([unlinkProject(scope), unlinkProject(scope)]).toEqual([true, false]);
    expect((await readdir(scope)).sort()).toEqual([...shared].sort());
  });

  it('keeps what npm installed, and adds the addon only', async () => {
    const scope = findPackages(await makeProject('by-npm'));
    await put(join(scope, 'tfjs-node/package.json'), '{ "version": "4.22.0" }');
    expect(await linkProject(scope, packages, addon, {})).toBe(true);
    expect((await readdir(join(scope, 'tfjs-node'))).sort()).toEqual(['lib', 'package.json']);
    expect(unlinkProject(scope)).toBe(false);
    expect(existsSync(join(scope, 'tfjs-node/package.json'))).toBe(true);
  });

  it('must have TensorFlow.js, of the same version', async () => {
    expect(() => findPackages(folder)).toThrow(
      /expected a project with @tensorflow\/tfjs-core .* Run npm ci/,
    );
    const old = await makeProject('old', '4.20.0');
    expect(() => findPackages(old)).toThrow(
      /must share @tensorflow\/tfjs-core 4\.22\.0 .* found 4\.20\.0\. Run there: npm i @tensorflow\/tfjs-core@4\.22\.0/,
    );
  });

  it('is told from the command line', async () => {
    const program = join(ROOT, 'tools/native-backend/index.ts');
    const run = (...parameters: string[]) =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', program, ...parameters], { cwd: ROOT });
    const project = await makeProject('told');
    expect((await run('--project', project, '--remove')).stdout).toBe('nothing to remove\n');
    await expect(run('--project', folder, '--remove')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^\nError: .*: expected a project with/),
    });
    await expect(run('--projet', folder)).rejects.toMatchObject({
      stderr: expect.stringContaining('(Did you mean --project?)'),
    });
  });
});
