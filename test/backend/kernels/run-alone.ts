import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PREAMBLE = `
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
`;

const START = {
  cpu: "await tf.setBackend('cpu');",
  stock: "await import('@tensorflow/tfjs-backend-wasm'); await tf.setBackend('wasm');",
  own: "const { selectBackend } = await import('./src/backend/index.ts'); await selectBackend({ backend: 'wasm' });",
};

/**
 * Runs code in a process of its own, which it may damage.
 *
 * @param start the backend it runs on: cpu, wasm as it comes, or wasm after `selectBackend`
 * @param parts one after the other; an error ends only its part
 * @returns the lines printed, errors as "Error: message"
 */
export function runAlone(start: keyof typeof START, ...parts: string[]): Promise<string[]> {
  const guarded = parts.map(
    (code) => `try { ${code} } catch (error) { console.log('Error: ' + error.message); }`,
  );
  const script = `${PREAMBLE}${START[start]}\n${guarded.join('\n')}\nprocess.exit(0);`;
  const loader = start === 'own' ? ['--import', 'tsx'] : [];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...loader, '--input-type=module', '--eval', script],
      { cwd: fileURLToPath(new URL('../../..', import.meta.url)), timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.message}\n${stderr}`));
        else resolve(stdout.trim().split('\n'));
      },
    );
  });
}
