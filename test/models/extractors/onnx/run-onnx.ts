import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const root = resolve(import.meta.dirname, '../../../..');

/** The ONNX Runtime of each transformers package, by version. */
export const runtimes = [
  'node_modules/@xenova/transformers/node_modules/onnxruntime-node',
  'node_modules/onnxruntime-node',
].map((path) => {
  const directory = join(root, path);
  const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { directory, version };
});

/** A tensor as the reference script stores it. */
export interface Packed {
  readonly type: 'int64' | 'float32';
  readonly dims: readonly number[];
  /** Little-endian, in base64. */
  readonly data: string;
}

export interface OnnxRun {
  readonly inputNames: readonly string[];
  readonly outputs: Readonly<Record<string, Packed>>;
  readonly milliseconds: { readonly load: number; readonly run: number };
}

/** Runs a model once, with all of its outputs, in a process of its own. */
export async function runOnnx(
  directory: string,
  model: string,
  feeds: Readonly<Record<string, Packed>>,
): Promise<OnnxRun> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-onnx-child.mjs'), directory]);
  child.stdin.end(JSON.stringify({ model, feeds }));
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((done) => child.on('close', done)),
  ]);
  if (code !== 0) throw new Error(`ONNX Runtime ended with ${code}: ${errors}`);
  return JSON.parse(output) as OnnxRun;
}

export function floats({ data }: Packed): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer);
}

export function packFloats(values: Float32Array, dims: readonly number[]): Packed {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return { type: 'float32', dims, data: bytes.toString('base64') };
}

/** The largest absolute difference; infinite when lengths differ or a number is none. */
export function largestDifference(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (received.length !== expected.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs((received[index] as number) - (expected[index] as number));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

export interface ReferenceCase {
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly outputs: Readonly<Record<string, Packed>>;
}

export const fixtures = join(root, 'test/fixtures/onnx');

export const readCases = (directory: string) =>
  (
    JSON.parse(readFileSync(join(directory, 'cases.json'), 'utf8')) as {
      cases: Record<string, ReferenceCase>;
    }
  ).cases;
