import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleScript } from '../support/bundle-script';
import { TEST_BACKEND } from '../support/use-backend';

/** What docs/backends.md says makes TensorFlow's results independent of threads and of how they are scheduled. */
const DETERMINISTIC = { TF_ENABLE_ONEDNN_OPTS: '0', TF_NUM_INTRAOP_THREADS: '1' };

let folder = '';
let script = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'determinism-'));
  script = await bundleScript(new URL('./train-and-hash.ts', import.meta.url), folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Trains in a process of its own; the hash of the weights. */
async function train(seed: number, environment: Record<string, string>): Promise<string> {
  const parameters = [script, TEST_BACKEND, String(seed)];
  const { stdout } = await promisify(execFile)(process.execPath, parameters, {
    env: { ...process.env, ...environment },
  });
  return stdout.trim();
}

it(`two processes train to the same bits on ${TEST_BACKEND}, and another seed to others`, async () => {
  const [first, again, other] = await Promise.all([
    train(7, DETERMINISTIC),
    train(7, DETERMINISTIC),
    train(8, DETERMINISTIC),
  ]);
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

it.runIf(TEST_BACKEND === 'tfjs-node')('without that mode, as this machine does it', async () => {
  const runs = await Promise.all([1, 2, 3].map(() => train(7, {})));
  const distinct = new Set(runs).size;
  console.log(
    `note: all threads and oneDNN: ${distinct === 1 ? 'the same bits' : `${distinct} results`} in 3 runs`,
  );
  // No promise of TensorFlow's, but each must be a result.
  for (const hash of runs) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});
