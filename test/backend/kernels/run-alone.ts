import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { bundleScript } from '../../support/bundle-script';

const PREAMBLE = `
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
`;

const START = {
  cpu: () => "await tf.setBackend('cpu');",
  stock: () => "await import('@tensorflow/tfjs-backend-wasm'); await tf.setBackend('wasm');",
  own: async () =>
    `const { selectBackend } = await import(${JSON.stringify(await bundleBackend())}); await selectBackend({ backend: 'wasm' });`,
};

let bundled: Promise<string> | undefined;
let folder: string | undefined;

/** Bundles src/backend, once for a test file. */
function bundleBackend(): Promise<string> {
  bundled ??= (async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-alone-'));
    return bundleScript(new URL('../../../src/backend/index.ts', import.meta.url), folder);
  })();
  return bundled;
}
afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/**
 * Runs code in a process of its own, which it may damage.
 *
 * @param start the backend it runs on: cpu, wasm as it comes, or wasm after `selectBackend`, which the code may call again
 * @param parts one after the other; an error ends only its part
 * @returns the lines printed, errors as "Error: message"
 */
export async function runAlone(start: keyof typeof START, ...parts: string[]): Promise<string[]> {
  const guarded = parts.map(
    (code) => `try { ${code} } catch (error) { console.log('Error: ' + error.message); }`,
  );
  const script = `${PREAMBLE}${await START[start]()}\n${guarded.join('\n')}\nprocess.exit(0);`;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { cwd: fileURLToPath(new URL('../../..', import.meta.url)), timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.message}\n${stderr}`));
        else resolve(stdout.trim().split('\n'));
      },
    );
  });
}
