import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError } from '../../../../src/errors';
import { writeSafetensors } from '../../../../src/files/safetensors';
import {
  exportResNet50Onnx,
  foldBatchNorm,
} from '../../../../src/models/extractors/onnx/export-resnet50-onnx';
import { findFeatureOutputs } from '../../../../src/models/extractors/onnx/find-feature-outputs';
import { readOnnxModel } from '../../../../src/models/extractors/onnx/read-onnx-model';
import { huggingFaceName, murmurNoise, noiseResNet50, resnet50 } from '../../resnet50/noise-resnet50';
import { floats, largestDifference, packFloats, runOnnx, runtimes } from './run-onnx';

let folder = '';
let model = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mvsa-fusion-'));
  const tensors = noiseResNet50();
  const torchvision = await writeSafetensors(join(folder, 'torchvision.safetensors'), tensors);
  model = await exportResNet50Onnx(torchvision, join(folder, 'resnet50.onnx'));
  const renamed = Object.entries(tensors).map(([name, tensor]) => [huggingFaceName(name), tensor]);
  await writeSafetensors(join(folder, 'huggingface.safetensors'), Object.fromEntries(renamed));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('exportResNet50Onnx', () => {
  const sizes = resnet50.cases.map((expected) => ({ ...expected, name: expected.size.join(' x ') }));
  const runs = runtimes.flatMap((runtime) => sizes.map((size) => ({ ...size, ...runtime })));

  it.each(runs)('equals torch on $name with ONNX Runtime $version', async (expected) => {
    const [batch, height, width] = expected.size;
    const dims = [batch, 3, height, width];
    const pixels = murmurNoise(1000 + height, batch * 3 * height * width).map((value) => 2 * value);
    const { outputs } = await runOnnx(expected.directory, model, { pixel_values: packFloats(pixels, dims) });
    const { grid, pooled } = outputs;
    if (!grid || !pooled) throw new Error('an output is missing');
    expect(grid.dims).toEqual(expected.gridShape);
    expect(pooled.dims).toEqual([batch, 2048]);
    const every = (step: number, values: Float32Array) => values.filter((_, index) => index % step === 0);
    const reference = floats(expected.grid);
    expect(Math.max(...reference)).toBeGreaterThan(1);
    // Numbers reach 60: torch's own float32 is up to 5e-5 away from its float64 here, ONNX Runtime 3e-5.
    expect(largestDifference(every(expected.gridStep, floats(grid)), reference)).toBeLessThan(1e-4);
    const vector = every(expected.pooledStep, floats(pooled));
    expect(largestDifference(vector, floats(expected.pooled))).toBeLessThan(3e-5);
  });

  it('gives the same bytes from Hugging Face names', async () => {
    const other = await exportResNet50Onnx(
      join(folder, 'huggingface.safetensors'),
      join(folder, 'other.onnx'),
    );
    expect((await readFile(other)).equals(await readFile(model))).toBe(true);
  });

  it('holds no normalization and no classifier, and its features are found', async () => {
    const read = await readOnnxModel(model);
    expect(new Set(read.nodes.map(({ opType }) => opType))).toEqual(
      new Set(['Conv', 'Relu', 'MaxPool', 'Add', 'GlobalAveragePool', 'Flatten']),
    );
    expect(read.initializers.size).toBe(106);
    expect((await stat(model)).size).toBeLessThan(94e6);
    expect(findFeatureOutputs(read)).toEqual({
      kind: 'image',
      regions: { tensor: 'grid', dim: 2048 },
      pooled: { tensor: 'pooled', dim: 2048 },
    });
  });

  it('writes nothing when the weights are wrong', async () => {
    const wrong = join(folder, 'wrong.safetensors');
    await writeSafetensors(wrong, { 'conv1.weight': { shape: [64, 3, 7, 7], data: new Float32Array(9408) } });
    await expect(exportResNet50Onnx(wrong, join(folder, 'wrong.onnx'))).rejects.toThrow(/265|264 missing/);
    expect((await readdir(folder)).filter((name) => name.includes('wrong.onnx'))).toEqual([]);
  });
});

describe('foldBatchNorm', () => {
  const fold = (variance: number) =>
    foldBatchNorm(
      {
        weight: Float32Array.of(1, 2, 3, 4),
        scale: Float32Array.of(2, 3),
        shift: Float32Array.of(5, 7),
        mean: Float32Array.of(11, 13),
        variance: Float64Array.of(variance, 4 - 1e-5),
      },
      'stem',
    );

  it('scales each channel', () => {
    const { weight, bias } = fold(1 - 1e-5);
    expect([...weight]).toEqual([2, 4, 4.5, 6]);
    expect([...bias]).toEqual([5 - 22, 7 - 13 * 1.5]);
  });

  it('refuses a negative variance', () => {
    expect(() => fold(-1)).toThrow(DataError);
    expect(() => fold(-1)).toThrow(/variance -1, mean 11 and scale 2 in channel 0/);
  });
});
