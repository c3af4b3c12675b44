import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { DependencyError, OptionError } from '../../../../src/errors';
import { findTransformersPackage } from '../../../../src/models/extractors/runtime/transformers-package';
import { loadTransformersRuntime } from '../../../../src/models/extractors/runtime/transformers-runtime';
import { bundleScript } from '../../../support/bundle-script';
import { ADDING_MODEL } from './transformers-runtime-model';

const scripts = await realpath(await mkdtemp(join(tmpdir(), 'mvsa-runtime-script-')));
const runtime = await bundleScript(
  new URL('../../../../src/models/extractors/runtime/transformers-runtime.ts', import.meta.url),
  scripts,
);
const root = await realpath(await mkdtemp(join(tmpdir(), 'mvsa-runtime-')));
const path = join(root, 'adding é.onnx');
await writeFile(path, ADDING_MODEL);
afterAll(() => Promise.all([root, scripts].map((folder) => rm(folder, { recursive: true }))));

/** Runs lines of JavaScript in a process of their own, since a process has one ONNX Runtime. */
async function inProcess(lines: string): Promise<unknown> {
  const code = `import { loadTransformersRuntime } from ${JSON.stringify(runtime)};
const path = ${JSON.stringify(path)};
const refused = (promise) => promise.then(() => 'no error', ({ name, message }) => name + ': ' + message);
${lines}`;
  const options = ['--input-type=module', '-e', code];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  return JSON.parse(stdout);
}

const RUN = `
  const session = await runtime.createSession(path, { threads: 2 });
  const { Tensor } = runtime.ort;
  const a = new Tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]);
  const b = new Tensor('float32', Float32Array.of(10, 20, 30, 40), [2, 2]);
  const outputs = await session.run({ a, b });
  const received = {
    packageName: runtime.packageName, version: runtime.version, ort: runtime.ort.version, names: [session.inputNames, session.outputNames],
    sum: [...outputs.sum.data], double: [...outputs.double.data], dims: outputs.sum.dims,
    missing: await refused(session.run({ a })), unknown: await refused(session.run({ a, b, c: a })),
    shape: await refused(session.run({ a, b: new Tensor('float32', new Float32Array(9), [3, 3]) })),
    disposed: (await session.dispose(), await session.dispose(), await refused(session.run({ a, b }))),
  };`;

const ran = {
  names: [
    ['a', 'b'],
    ['sum', 'double'],
  ],
  sum: [11, 22, 33, 44],
  double: [2, 4, 6, 8],
  dims: [2, 2],
  missing: expect.stringMatching(/^OptionError: .*expected the inputs a, b, received a\./),
  unknown: expect.stringMatching(/^OptionError: .*received a, b, c\./),
  shape: expect.stringMatching(/^DataError: .*refuses a float32 \[2,2\], b float32 \[3,3\]/),
  disposed: expect.stringMatching(/^OptionError: .*disposed/),
};

describe('loadTransformersRuntime', () => {
  it('prefers @huggingface/transformers, and then refuses the other package', async () => {
    const received = await inProcess(
      `const runtime = await loadTransformersRuntime();${RUN}
const again = await loadTransformersRuntime({ package: 'huggingface' });
console.log(JSON.stringify({ ...received, same: again.ort.InferenceSession === runtime.ort.InferenceSession,
  other: await refused(loadTransformersRuntime({ package: 'xenova' })) }));`,
    );
    expect(received).toEqual({
      ...ran,
      packageName: '@huggingface/transformers',
      version: '4.3.1',
      ort: '1.30.0',
      same: true,
      other: expect.stringMatching(
        /^DependencyError: Expected one ONNX Runtime in a process, received a second/,
      ),
    });
  });

  it('runs @xenova/transformers with its own ONNX Runtime, and stays with it', async () => {
    const received = await inProcess(
      `const runtime = await loadTransformersRuntime({ package: 'xenova' });${RUN}
console.log(JSON.stringify({ ...received, next: (await loadTransformersRuntime()).packageName,
  other: await refused(loadTransformersRuntime({ package: 'huggingface' })) }));`,
    );
    expect(received).toEqual({
      ...ran,
      packageName: '@xenova/transformers',
      version: '2.17.2',
      ort: '1.14.0',
      next: '@xenova/transformers',
      other: expect.stringMatching(/^DependencyError: /),
    });
  });

  it.each([
    ['@xenova/transformers', '1.14.0'],
    ['@huggingface/transformers', '4.3.1'],
  ])('takes the imported module %s, and its ONNX Runtime', async (name, version) => {
    const received = await inProcess(
      `import * as transformers from '${name}';
const chosen = await loadTransformersRuntime();
const runtime = await loadTransformersRuntime({ package: transformers });
console.log(JSON.stringify({ name: runtime.packageName, chosen: chosen.packageName, ort: runtime.ort.version, same: chosen.ort.Tensor === runtime.ort.Tensor }));`,
    );
    expect(received).toEqual({
      name,
      chosen: name,
      ort: version === '4.3.1' ? '1.30.0' : version,
      same: true,
    });
  });

  it('sees an ONNX Runtime that others loaded', async () => {
    const received = await inProcess(
      `import { createRequire } from 'node:module';
createRequire(createRequire(import.meta.url).resolve('@xenova/transformers'))('onnxruntime-node');
console.log(JSON.stringify(await refused(loadTransformersRuntime({ package: 'huggingface' }))));`,
    );
    expect(received).toMatch(/^DependencyError: .*xenova.*Use one of the two packages/);
  });

  it('refuses other values of package', async () => {
    for (const value of ['onnx', 7, null, {}, { env: { version: 4 } }]) {
      await expect(loadTransformersRuntime({ package: value as never })).rejects.toThrow(OptionError);
    }
    await expect(loadTransformersRuntime({ package: { env: { version: '3.8.1' } } })).rejects.toThrow(
      /two worker threads/,
    );
    await expect(loadTransformersRuntime({ pakage: 'xenova' } as never)).rejects.toThrow(OptionError);
  });

  it('refuses what is no model, and wrong threads', async () => {
    const runtime = await loadTransformersRuntime({ package: 'huggingface' });
    const cut = join(root, 'cut.onnx');
    await writeFile(cut, ADDING_MODEL.subarray(0, 60));
    await writeFile(join(root, 'text.onnx'), '<html>not found</html>');
    await expect(runtime.createSession(cut)).rejects.toThrow(/cannot load this model/);
    await expect(runtime.createSession(join(root, 'text.onnx'))).rejects.toThrow(/cannot load this model/);
    await expect(runtime.createSession(join(root, 'none.onnx'))).rejects.toThrow(/cannot be read/);
    for (const threads of [0, -1, 1.5, Number.NaN, '2']) {
      await expect(runtime.createSession(path, { threads: threads as number })).rejects.toThrow(OptionError);
    }
  });
});

describe('findTransformersPackage', () => {
  /** A folder with packages installed, as far as finding them goes. */
  async function installed(packages: Record<string, string>): Promise<string> {
    const folder = await mkdtemp(join(root, 'installed-'));
    for (const [name, version] of Object.entries(packages)) {
      const directory = join(folder, 'node_modules', name);
      await mkdir(join(directory, 'dist/cjs'), { recursive: true });
      // As real packages have them: a package.json below that has no name, and none among the exports.
      await writeFile(join(directory, 'dist/cjs/package.json'), '{"type":"commonjs"}');
      await writeFile(join(directory, 'dist/cjs/index.js'), 'throw new Error("loaded")');
      const exports = { '.': './dist/cjs/index.js' };
      await writeFile(join(directory, 'package.json'), JSON.stringify({ name, version, exports }));
    }
    return join(folder, 'index.js');
  }
  const [hub, xenova] = ['@huggingface/transformers', '@xenova/transformers'];

  it('takes the first in a version that works', async () => {
    const both = await installed({ [hub]: '4.5.0', [xenova]: '2.17.2' });
    expect(findTransformersPackage(undefined, both)).toEqual({
      name: hub,
      version: '4.5.0',
      directory: join(dirname(both), 'node_modules', hub),
    });
    expect(findTransformersPackage('xenova', both).version).toBe('2.17.2');
    const old = await installed({ [hub]: '3.8.1', [xenova]: '2.17.2' });
    expect(findTransformersPackage(undefined, old).name).toBe(xenova);
  });

  it.each([
    [{}, undefined, /not installed\. Run: npm i @huggingface\/transformers$/],
    [{ [hub]: '4.3.1' }, 'xenova', /"@xenova\/transformers".*Run: npm i @xenova\/transformers$/],
    [{ [hub]: '3.8.1' }, undefined, /received 3\.8\.1: version 3 aborts .* two worker threads/],
    [
      { [hub]: '3.8.1', [xenova]: '2.6.0' },
      undefined,
      /3\.8\.1.*\n.*expected version 2\.17, received 2\.6\.0/,
    ],
    [{ [hub]: '5.0.0' }, undefined, /expected version 4, received 5\.0\.0/],
  ] as const)('refuses %j', async (packages, wanted, message) => {
    const from = await installed(packages as Record<string, string>);
    const find = () => findTransformersPackage(wanted as 'xenova' | undefined, from);
    expect(find).toThrow(DependencyError);
    expect(find).toThrow(message);
  });

  it('finds the packages of this repository', () => {
    const here = createRequire(import.meta.url);
    expect(findTransformersPackage('xenova').directory).toBe(dirname(dirname(here.resolve(xenova))));
  });
});
