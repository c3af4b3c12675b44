import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../src/random';
import { bundleScript } from '../support/bundle-script';
import { TEST_BACKEND } from '../support/use-backend';

/** 300 posts in steps of 40, six epochs. */
const STEPS = 48;

let folder = '';
let child = '';
/** A run that nothing stops. */
let straight: Ended;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'training-faults-'));
  child = await bundleScript(new URL('./train-child.ts', import.meta.url), folder);
  straight = await runChild('-');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly steps: readonly number[];
  readonly result: { readonly weights: string; readonly stoppedBy: string } | null;
  readonly stderr: string;
}

/** Runs the child; once it has taken `after` steps it gets the signal, some milliseconds later. */
function runChild(
  directory: string,
  kill?: { signal: NodeJS.Signals; after: number; delay: number },
): Promise<Ended> {
  return new Promise((done) => {
    const running = spawn(process.execPath, [child, directory, TEST_BACKEND], {
      // One thread and no oneDNN: what makes tensorflow repeat its sums bit for bit.
      env: {
        ...process.env,
        TF_ENABLE_ONEDNN_OPTS: '0',
        TF_NUM_INTRAOP_THREADS: '1',
        TF_NUM_INTEROP_THREADS: '1',
      },
    });
    let [stdout, stderr, sent] = ['', '', false];
    const steps = () => [...stdout.matchAll(/^step (\d+)$/gm)].map(([, step]) => Number(step));
    running.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (!kill || sent || steps().length < kill.after) return;
      sent = true;
      setTimeout(() => running.kill(kill.signal), kill.delay);
    });
    running.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    running.on('close', (code, signal) => {
      const json = /^\{.*\}$/m.exec(stdout)?.[0];
      done({ code, signal, steps: steps(), result: json === undefined ? null : JSON.parse(json), stderr });
    });
  });
}

test('a run that is killed again and again ends with the weights of one that is not', async () => {
  expect(straight.code, straight.stderr).toBe(0);
  expect(straight.steps).toHaveLength(STEPS);

  const directory = join(folder, 'killed');
  const random = createRandom(1);
  let kills = 0;
  for (let attempt = 0; attempt < 40; attempt++) {
    // A checkpoint every three steps: six steps get anywhere, and the delay hits steps and writes alike.
    const ended = await runChild(directory, { signal: 'SIGKILL', after: 6, delay: random.integer(40) });
    if (ended.signal === 'SIGKILL') {
      kills++;
      continue;
    }
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.result).toEqual(straight.result);
    break;
  }
  expect(kills).toBeGreaterThanOrEqual(3);
}, 300_000);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s writes a checkpoint, exits with 130, and loses no step',
  async (signal) => {
    const directory = join(folder, signal);
    const stopped = await runChild(directory, { signal, after: 10, delay: 0 });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.result?.stoppedBy).toBe('signal');
    expect((await readdir(directory)).some((name) => name.includes(`${stopped.steps.at(-1)}.json`))).toBe(
      true,
    );
    const resumed = await runChild(directory);
    expect(resumed.steps[0]).toBe((stopped.steps.at(-1) as number) + 1);
    expect(resumed.result).toEqual(straight.result);
  },
  120_000,
);
