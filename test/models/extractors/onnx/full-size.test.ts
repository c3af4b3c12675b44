import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportResNet50Onnx } from '../../../../src/models/extractors/onnx/export-resnet50-onnx';
import { findFeatureOutputs } from '../../../../src/models/extractors/onnx/find-feature-outputs';
import { readOnnxModel } from '../../../../src/models/extractors/onnx/read-onnx-model';
import { tapOutputs } from '../../../../src/models/extractors/onnx/tap-outputs';
import { floats, largestDifference, type ReferenceCase, readCases, runOnnx, runtimes } from './run-onnx';

const { LARGE, REFERENCE_PYTHON: python } = process.env;
const script = resolve(import.meta.dirname, '../../../../tools/reference/onnx_models.py');

/** BERT-base and ResNet-50 as torch, torchvision, timm and Hugging Face make them, at full size: 1.1 GB, not committed. */
describe.skipIf(!LARGE || !python)('full size (LARGE=1 and REFERENCE_PYTHON, a Python with torch)', () => {
  let folder = '';
  let cases: Record<string, ReferenceCase> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mvsa-fusion-'));
    execFileSync(python as string, [script, '--large', folder], { stdio: 'ignore' });
    cases = readCases(folder);
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function compare(directory: string, model: string, name: string, limit: number) {
    const { inputs = {}, outputs: expected = {} } = cases[name] ?? {};
    const { outputs } = await runOnnx(directory, model, inputs);
    expect(Object.keys(outputs)).not.toEqual([]);
    for (const [output, tensor] of Object.entries(outputs)) {
      const reference = expected[output];
      if (!reference) throw new Error(`${name} has no reference for ${output}`);
      expect(tensor.dims).toEqual(reference.dims);
      const difference = largestDifference(floats(tensor), floats(reference));
      console.info(`${name} ${output}: ${difference.toExponential(1)}`);
      expect(difference, output).toBeLessThan(limit);
    }
  }

  it.each(['bert-base-mlm', 'resnet50-logits'])('taps %s', { timeout: 300_000 }, async (name) => {
    const source = join(folder, `${name}.onnx`);
    const found = findFeatureOutputs(await readOnnxModel(source));
    const taps: Record<string, string> =
      found.kind === 'text'
        ? { tokens: found.tokens.tensor }
        : { regions: found.regions.tensor, pooled: found.pooled.tensor };
    const started = performance.now();
    const tapped = await tapOutputs(source, join(folder, 'tapped.onnx'), taps);
    const seconds = (performance.now() - started) / 1000;
    const whole = await tapOutputs(source, join(folder, 'whole.onnx'), taps, { keepOutputs: true });
    const sizes = await Promise.all([source, tapped].map(async (file) => (await stat(file)).size));
    console.info(`${name}: ${sizes.join(' -> ')} bytes in ${seconds.toFixed(2)} s`);
    for (const { directory } of runtimes) {
      await compare(directory, tapped, name, found.kind === 'text' ? 1e-5 : 1e-4);
      const before = await runOnnx(directory, source, cases[name]?.inputs ?? {});
      const after = await runOnnx(directory, whole, cases[name]?.inputs ?? {});
      expect(after.outputs.logits).toEqual(before.outputs.logits);
    }
  });

  it.each(['torchvision', 'timm', 'huggingface'])(
    'exports ResNet-50 of %s',
    { timeout: 300_000 },
    async (library) => {
      const model = await exportResNet50Onnx(join(folder, `${library}.safetensors`), join(folder, 'x.onnx'));
      for (const { directory } of runtimes) {
        for (const size of ['224x224', '160x288'])
          await compare(directory, model, `${library}-${size}`, 1e-4);
      }
    },
  );
});
