import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCompactText, loadModel } from '../../src/models';
import type { ExperimentResult } from '../../src/report';
import { useBackend } from '../support/use-backend';

const ROOT = resolve(import.meta.dirname, '../..');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-mvsa-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the example; `onOutput` sees stderr as it grows and may send a signal. */
function runExample(
  options: readonly string[],
  onOutput?: (stderr: string, interrupt: () => void) => void,
): Promise<Finished> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'examples/train-mvsa.ts', ...options], {
      cwd: ROOT,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      onOutput?.(stderr, () => child.kill('SIGINT'));
    });
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

const readResult = async (out: string) =>
  JSON.parse(await readFile(join(out, 'result.json'), 'utf8')) as ExperimentResult;

describe('examples/train-mvsa.ts', () => {
  useBackend('wasm');
  test.each(['missing', 'empty', 'no labels file'])(
    '%s directory: one line, exit code 1, nothing written',
    async (kind) => {
      const data = join(folder, kind);
      const out = join(folder, `${kind}-out`);
      if (kind !== 'missing') await mkdir(data);
      if (kind === 'no labels file') await mkdir(join(data, 'data'));
      const { code, stdout, stderr } = await runExample(['--data', data, '--out', out]);
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(data);
      await expect(access(out)).rejects.toThrow();
    },
  );

  test('an unknown option names the nearest, a wrong value what is allowed', async () => {
    expect((await runExample(['--epoch', '3'])).stderr).toContain('Did you mean --epochs?');
    const { code, stderr } = await runExample(['--sample', '200', '--fusion', 'sum']);
    expect(code).toBe(1);
    expect(stderr).toContain('Allowed choices are vision-guided, text-guided');
    expect((await runExample(['--sample', '200', '--auxiliary', 'x'])).stderr).toContain(
      'Expected a number of at least 0',
    );
  });

  test('--split takes a name, or 2 or 3 files', async () => {
    const run = (...split: string[]) =>
      runExample(['--sample', '200', '--out', join(folder, 'split'), '--quiet', '--split', ...split]);
    for (const split of [['one.txt'], ['1.txt', '2.txt', '3.txt', '4.txt']]) {
      const { code, stderr } = await run(...split);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Error: .*2 or 3 files .*received ("one\.txt"|4: 1\.txt)/);
    }
  });

  test('a small run writes a result, a report and a model that loads', async () => {
    const out = join(folder, 'small');
    const { code, stdout, stderr } = await runExample([
      '--sample',
      '250',
      '--epochs',
      '1',
      '--out',
      out,
      '--seed',
      '3',
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/Test of \d+ posts/);
    const result = await readResult(out);
    expect(Object.keys(result).sort()).toEqual(
      [
        'backend',
        'baselines',
        'bestEpoch',
        'config',
        'dataset',
        'epochs',
        'stoppedBy',
        'test',
        'timing',
        'validation',
      ].sort(),
    );
    expect(result.bestEpoch).toBe(1);
    const matrix = result.test?.confusionMatrix.flat() ?? [];
    const tested = Object.values(result.dataset.splits.test ?? {}).reduce((sum, count) => sum + count, 0);
    expect(matrix.reduce((sum, count) => sum + count, 0)).toBe(tested);
    expect(result.baselines.majority.accuracy).toBeGreaterThan(0.3);
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('<svg');
    expect((await readdir(out)).filter((name) => name.includes('.tmp'))).toEqual([]);
    const model = await loadModel(join(out, 'model'));
    const { maxTokens, gramsPerToken } = await loadCompactText(join(out, 'model'));
    expect(model.inputs[0]?.shape).toEqual([null, maxTokens, gramsPerToken]);
  });

  test('Ctrl-C keeps what was learnt and exits with 130', async () => {
    const out = join(folder, 'interrupted');
    let sent = false;
    const { code } = await runExample(
      ['--sample', '250', '--epochs', '500', '--patience', '500', '--out', out],
      (stderr, interrupt) => {
        if (sent || !stderr.includes('epoch  2 ')) return;
        sent = true;
        interrupt();
      },
    );
    expect(code).toBe(130);
    const result = await readResult(out);
    expect(result.stoppedBy).toBe('signal');
    expect(result.epochs.length).toBeGreaterThanOrEqual(2);
    expect(result.test?.accuracy).toBeGreaterThan(0);
    await loadModel(join(out, 'model'));
  });
});
