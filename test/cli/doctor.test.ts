import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/cli/doctor/diagnosis';

const ROOT = resolve(import.meta.dirname, '../..');

let folder = '';
/** A project with this package and the packages that it needs, in which a test may install broken ones. */
let project = '';

async function put(file: string, text: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'mvsa-doctor-')));
  project = join(folder, 'project');
  const own = join(project, 'node_modules/mvsa-fusion');
  await mkdir(own, { recursive: true });
  // `npm test` has built it just before.
  await cp(join(ROOT, 'dist'), join(own, 'dist'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(own, 'package.json'));
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name === '@tensorflow' || name.startsWith('.')) continue;
    await symlink(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  await mkdir(join(project, 'node_modules/@tensorflow'));
  for (const name of ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu', 'tfjs-backend-wasm']) {
    await symlink(
      join(ROOT, 'node_modules/@tensorflow', name),
      join(project, 'node_modules/@tensorflow', name),
    );
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

async function doctor(parameters: readonly string[], environment: Record<string, string> = {}): Promise<Run> {
  const program = join(project, 'node_modules/mvsa-fusion/dist/cli/index.js');
  const env = { ...process.env, MVSA_FUSION_BACKEND: '', ...environment };
  const run = promisify(execFile)(process.execPath, [program, 'doctor', ...parameters], {
    cwd: project,
    env,
  });
  return run.then(
    (done) => ({ ...done, code: 0 }),
    (error) => error as Run,
  );
}

const diagnose = async (parameters: readonly string[] = [], environment: Record<string, string> = {}) => {
  const { stdout, code } = await doctor([...parameters, '--json', '--no-measure'], environment);
  return { code, ...(JSON.parse(stdout) as Diagnosis) };
};

/** Installs a package of that one file. */
const install = (name: string, code: string) =>
  Promise.all([
    put(join(project, 'node_modules', name, 'package.json'), JSON.stringify({ name, version: '4.22.0' })),
    put(join(project, 'node_modules', name, 'index.js'), code),
  ]);
const uninstall = (name: string) => rm(join(project, 'node_modules', name), { recursive: true });

describe('mvsa-fusion doctor', () => {
  it('prints a page that a person can read', async () => {
    const { stdout, code } = await doctor([]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Backend\n {2}wasm runs, 1 thread\n {2}passed over: tfjs-node-gpu, not installed\n {2}passed over: tfjs-node, not/,
    );
    expect(stdout).toMatch(/matrix product 512 x 512: [\d.]+ GFLOP\/s/);
    expect(stdout).toMatch(
      /training step of dense layers 2048 -> 256 -> 3, batch 32, Adam: [\d.]+ ms\n\nMachine/,
    );
    expect(stdout).toMatch(/processor features: /);
    expect(stdout).toMatch(
      /mvsa-fusion \d+\.\d+\.\d+, node \d+\.\d+\.\d+, tfjs-core 4\.\d+\.\d+, tfjs-layers 4\./,
    );
    expect(stdout).toMatch(/one copy of TensorFlow\.js/);
    expect(stdout).toMatch(/Advice\n {2}tfjs-node runs .*\n {6}npm i @tensorflow\/tfjs-node@4\.22\.0\n/);
  });

  it('measures speeds that fit the machine', async () => {
    const { stdout } = await doctor(['--json', '--backend', 'wasm']);
    const { speed, machine } = JSON.parse(stdout) as Diagnosis;
    expect(machine.cores).toBeGreaterThanOrEqual(1);
    // One thread of wasm SIMD: four multiply-adds in a cycle, twice, at no more than 6 GHz.
    expect(speed?.matmul.gflops).toBeGreaterThan(0.1);
    expect(speed?.matmul.gflops).toBeLessThan(200);
    expect(speed?.trainingStep.milliseconds).toBeGreaterThan(0.5);
  });

  it.each(['cpu', 'wasm'] as const)('takes %s when asked, by option or environment', async (backend) => {
    for (const asked of [
      await diagnose(['--backend', backend]),
      await diagnose([], { MVSA_FUSION_BACKEND: backend }),
    ]) {
      expect([asked.code, asked.backend?.name, asked.tried.length, asked.speed]).toEqual([
        0,
        backend,
        1,
        null,
      ]);
    }
    const { advice } = await diagnose([], { MVSA_FUSION_BACKEND: backend });
    expect(advice[0]).toEqual({
      text: `MVSA_FUSION_BACKEND asks for ${backend}, so no faster backend is tried.`,
      command: 'unset MVSA_FUSION_BACKEND',
    });
  });

  it('exits with 1 when the one asked for is not there', async () => {
    const { code, backend, tried } = await diagnose(['--backend', 'tfjs-node']);
    expect([code, backend]).toEqual([1, null]);
    expect(tried).toEqual([{ backend: 'tfjs-node', taken: false, reason: 'not installed' }]);
    const page = await doctor(['--backend', 'tfjs-node']);
    expect([page.code, page.stdout]).toEqual([
      1,
      expect.stringMatching(
        /^Backend\n {2}none works\n {2}passed over: tfjs-node, not installed\n\nSpeed\n {2}not measured/,
      ),
    ]);
  });

  it('tells why an installed backend does not load, and how to mend it', async () => {
    await install(
      '@tensorflow/tfjs-node',
      "throw new Error('libtensorflow.so.2: cannot open shared object file')",
    );
    try {
      const { code, backend, tried, advice, packages } = await diagnose();
      expect([code, backend?.name]).toEqual([0, 'wasm']);
      expect(tried[1]?.reason).toMatch(/does not load: libtensorflow\.so\.2: cannot open/);
      expect(packages[0]).toMatchObject({ name: '@tensorflow/tfjs-node', version: '4.22.0' });
      expect(advice[0]?.command).toBe('npm rebuild @tensorflow/tfjs-node');
    } finally {
      await uninstall('@tensorflow/tfjs-node');
    }
  });

  it.runIf(process.platform !== 'win32')('survives native code that ends the process', async () => {
    await install('@tensorflow/tfjs-node', "process.kill(process.pid, 'SIGILL'); setTimeout(() => {}, 1e5);");
    try {
      const { code, backend, tried, advice } = await diagnose();
      expect([code, backend?.name]).toEqual([0, 'wasm']);
      expect(tried[0]).toEqual({
        backend: 'tfjs-node',
        taken: false,
        reason: expect.stringMatching(/^ends the process \(signal SIGILL\)/),
      });
      expect(advice[0]?.command).toBe('export MVSA_FUSION_BACKEND=wasm');
    } finally {
      await uninstall('@tensorflow/tfjs-node');
    }
  });

  it('finds a second copy of TensorFlow.js', async () => {
    const core = join(project, 'node_modules/@tensorflow/tfjs-data/node_modules/@tensorflow/tfjs-core');
    await install('@tensorflow/tfjs-data', '');
    await put(join(core, 'package.json'), '{ "version": "4.20.0" }');
    try {
      const { copies, advice } = await diagnose();
      expect(copies.map(({ name, copies: all }) => [name, all.length])).toEqual([
        ['@tensorflow/tfjs-core', 2],
        ['@tensorflow/tfjs-layers', 1],
      ]);
      expect(copies[0]?.copies).toContainEqual({ version: '4.20.0', folder: core });
      expect(advice[0]?.command).toBe('npm dedupe');
    } finally {
      await uninstall('@tensorflow/tfjs-data');
    }
  });

  it.each([
    [['--backend', 'webgl'], {}, /Allowed choices are tfjs-node-gpu, tfjs-node, wasm, cpu/],
    [
      [],
      { MVSA_FUSION_BACKEND: 'webgl' },
      /^Error: .*MVSA_FUSION_BACKEND must be one of .* received 'webgl'/,
    ],
    [['--jsn'], {}, /unknown option '--jsn'\n\(Did you mean --json\?\)/],
  ])('%j %j is an error in a line or two', async (parameters, environment, message) => {
    const { stderr, stdout, code } = await doctor(parameters, environment);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBeLessThan(3);
  });
});
