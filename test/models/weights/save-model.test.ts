import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DataError, OptionError } from '../../../src/errors';
import { float16ToFloat32 } from '../../../src/files/safetensors';
import { fusionClassifier, loadModel, saveModel } from '../../../src/models';
import type { SaveModelOptions } from '../../../src/models/weights/save-model';
import { useBackend } from '../../support/use-backend';

useBackend('cpu');

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'model-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A model whose only kernel, of shape [rows, columns], holds these values; its bias holds 0.1. */
function modelOf(values: ArrayLike<number>, columns = 3): LayersModel {
  const rows = values.length / columns;
  const model = sequential({ layers: [layers.dense({ units: columns, inputShape: [rows], name: 'dense' })] });
  model.setWeights([tf.tensor2d(Float32Array.from(values), [rows, columns]), tf.fill([columns], 0.1)]);
  return model;
}

const weightsOf = (model: LayersModel) =>
  model.getWeights().map((weight) => weight.dataSync() as Float32Array);

async function savedKernel(values: ArrayLike<number>, storage: SaveModelOptions['storage'], columns = 3) {
  const folder = await newFolder();
  await saveModel(modelOf(values, columns), folder, storage ? { storage } : {});
  const [kernel, bias] = weightsOf(await loadModel(folder));
  expect([...(bias as Float32Array)]).toEqual(Array(columns).fill(Math.fround(0.1)));
  const { weightsManifest } = JSON.parse(
    await readFile(join(folder, 'model.json'), 'utf8'),
  ) as tf.io.ModelJSON;
  return { folder, kernel: kernel as Float32Array, spec: weightsManifest[0]?.weights[0] };
}

/** Loads a directory as stock tfjs does, by a handler that reads files. */
async function loadStock(folder: string): Promise<LayersModel> {
  return loadLayersModel({
    load: async () => {
      const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
      return tf.io.getModelArtifactsForJSON(json, async (manifest) => {
        const paths = manifest.flatMap((group) => group.paths);
        const parts = await Promise.all(paths.map(async (path) => readFile(join(folder, path))));
        const bytes = Buffer.concat(parts);
        return [
          manifest.flatMap((group) => group.weights),
          bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
        ];
      });
    },
  });
}

/** Numbers of all sizes that float16 holds, from a fixed sequence. */
const spread = Float32Array.from({ length: 3000 }, (_, index) => {
  const fraction = (index * 0.618034) % 1;
  return (index % 2 ? -1 : 1) * (1 + fraction) * 2 ** ((index % 29) - 14);
});

describe('saveModel', () => {
  const fusion = () =>
    fusionClassifier({
      textDim: 11,
      imageDim: 13,
      numTokens: 5,
      numRegions: 7,
      projectionDim: 16,
      numHeads: 2,
      seed: 3,
    });

  test.each(['float32', 'float16', 'int8'] as const)(
    'stock tfjs reads %s, and agrees with loadModel',
    async (storage) => {
      const folder = await newFolder();
      const model = fusion();
      await saveModel(model, folder, { storage });
      const mine = await loadModel(folder);
      const stock = await loadStock(folder);
      expect(weightsOf(stock)).toEqual(weightsOf(mine));
      const ranks = model.weights.map(({ shape }) => shape.length);
      const [before, after] = [weightsOf(model), weightsOf(mine)];
      for (const [index, rank] of ranks.entries()) {
        if (storage === 'float32' || rank <= 1) expect(after[index]).toEqual(before[index]);
        else expect(after[index]).not.toEqual(before[index]);
      }
      expect(mine.weights.map(({ originalName }) => originalName)).toEqual(
        model.weights.map(({ originalName }) => originalName),
      );
      const count = (isSmall: boolean) =>
        before
          .filter((_, index) => (ranks[index] as number) <= 1 === isSmall)
          .reduce((sum, { length }) => sum + length, 0);
      const { size } = await stat(join(folder, 'weights.bin'));
      expect(size).toBe(4 * count(true) + { float32: 4, float16: 2, int8: 1 }[storage] * count(false));
    },
  );

  test('float32 is the default and keeps every bit, NaN too', async () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-45, 3.4e38, 0.1];
    const { kernel, spec } = await savedKernel(values, undefined);
    expect([...kernel]).toEqual(values.map(Math.fround));
    expect(spec).not.toHaveProperty('quantization');
  });

  test('float16: every half as it is, and 2^-11 of any other number', async () => {
    const halves = float16ToFloat32(Uint16Array.from({ length: 0x10000 }, (_, half) => half)).filter(
      Number.isFinite,
    );
    const all = await savedKernel(halves, 'float16', 2);
    // Stock tfjs has its own way from halves to floats, subnormal ones too.
    expect(all.kernel).toEqual(halves);
    const { kernel, spec } = await savedKernel(spread, 'float16');
    expect(spec?.quantization).toEqual({ dtype: 'float16', original_dtype: 'float32' });
    const errors = kernel.map((value, index) => Math.abs(value / (spread[index] as number) - 1));
    expect(Math.max(...errors)).toBeLessThanOrEqual(2 ** -11);
    expect(Math.max(...errors)).toBeGreaterThan(2 ** -12);
  });

  test('float16: too large is refused, too small stays float32', async () => {
    const folder = await newFolder();
    const saving = saveModel(modelOf([1, 2, -65520]), folder, { storage: 'float16' });
    await expect(saving).rejects.toThrow(DataError);
    await expect(saving).rejects.toThrow(
      /weight "dense.*kernel": .*within 65504.*received 65520\. Save the model with/,
    );
    expect(await readdir(folder)).toEqual([]);
    expect([...(await savedKernel([65519, -65504, 0], 'float16')).kernel]).toEqual([65504, -65504, 0]);
    const tiny = [1e-8, -3e-6, 6e-5];
    expect([...(await savedKernel(tiny, 'float16')).kernel]).toEqual(tiny.map(Math.fround));
  });

  test.each<[string, number[]]>([
    ['around zero', [...spread.subarray(0, 300)]],
    ['positive', [1, 1.5, 7.25, 3, 2, 6]],
    ['negative', [-9, -1, -4, -2.5, -3, -8]],
    ['from zero', [0, 1, 0.3]],
    ['up to zero', [-1, -0.3, 0]],
    ['far from zero', [1000, 1000.001, 1000.0001]],
    ['of two neighbours', [1, 1 + 2 ** -23, 1]],
    ['tiny', [1e-45, -1e-44, 4e-45]],
    ['huge', [3.4e38, -3.4e38, 1e38]],
    ['huge and uneven', [3.4028234e38, -1, 5]],
  ])('int8: half a step, zero stays zero: %s', async (_, values) => {
    const { kernel, spec } = await savedKernel(values, 'int8');
    const { scale = 0, dtype } = spec?.quantization ?? {};
    expect(dtype).toBe('uint8');
    const numbers = values.map(Math.fround);
    expect(scale).toBeCloseTo((Math.max(...numbers) - Math.min(...numbers)) / 255, 10);
    for (const [index, value] of numbers.entries()) {
      const error = Math.abs((kernel[index] as number) - value);
      // And the rounding to float32 when it is read.
      expect(error, `${value}`).toBeLessThanOrEqual(
        scale * (0.5 + 1e-6) + Math.abs(value) * 2 ** -23 + 1e-45,
      );
      if (value === 0) expect(Math.abs(kernel[index] as number)).toBe(0);
    }
  });

  test.each([0, 0.1, -7e-30, 3.4e38])('int8: a constant tensor of %d is exact', async (value) => {
    expect([...(await savedKernel(Array(6).fill(value), 'int8')).kernel]).toEqual(
      Array(6).fill(Math.fround(value)),
    );
  });

  test.each(['float16', 'int8'] as const)('%s: weights that are not finite are refused', async (storage) => {
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const folder = await newFolder();
      const saving = saveModel(modelOf([1, bad, 2]), folder, { storage });
      await expect(saving).rejects.toThrow(DataError);
      await expect(saving).rejects.toThrow(
        /weight "dense.*kernel": expected finite numbers, received .* at index 1/,
      );
      expect(await readdir(folder)).toEqual([]);
    }
  });

  test('options are checked', async () => {
    const model = modelOf([1, 2, 3]);
    const folder = await newFolder();
    await expect(saveModel(model, folder, { storage: 'int4' as never })).rejects.toThrow(OptionError);
    await expect(saveModel(model, folder, { dtype: 'int8' } as never)).rejects.toThrow(
      /options among storage, received "dtype"/,
    );
  });
});

describe('loadModel', () => {
  const saved = async (storage: SaveModelOptions['storage'] = 'int8') =>
    (await savedKernel([...spread.subarray(0, 60)], storage)).folder;

  test('a byte flipped anywhere is found, or changes nothing', async () => {
    const folder = await saved();
    const expected = weightsOf(await loadModel(folder));
    const found = { damaged: 0, harmless: 0 };
    for (const name of ['weights.bin', 'model.json']) {
      const path = join(folder, name);
      const whole = await readFile(path);
      for (let at = 0; at < whole.length; at++) {
        const bytes = Uint8Array.from(whole);
        bytes[at] = (bytes[at] as number) ^ (1 << (at % 7));
        await writeFile(path, bytes);
        const outcome = await loadModel(folder).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome, `${name} at ${at}`).toBeInstanceOf(DataError);
          found.damaged++;
        } else {
          expect(weightsOf(outcome as LayersModel)).toEqual(expected);
          found.harmless++;
          expect(name).toBe('model.json');
          (outcome as LayersModel).dispose();
        }
      }
      await writeFile(path, whole);
    }
    // Harmless: in the names of format, generatedBy and of the digest itself.
    expect(found.harmless).toBeLessThan(150);
    expect(found.damaged).toBeGreaterThan(500);
  });

  test.each(['float32', 'float16', 'int8'] as const)(
    '%s: another length is named, with or without a digest',
    async (storage) => {
      const folder = await saved(storage);
      const { size } = await stat(join(folder, 'weights.bin'));
      await truncate(join(folder, 'weights.bin'), size - 1);
      for (const edit of [(json: object) => json, ({ sha256: _, ...json }: { sha256?: string }) => json]) {
        const path = join(folder, 'model.json');
        await writeFile(path, JSON.stringify(edit(JSON.parse(await readFile(path, 'utf8')) as object)));
        await expect(loadModel(folder)).rejects.toThrow(
          `expected ${size} bytes of weights, received ${size - 1}`,
        );
      }
    },
  );

  test('files without a digest load, indented ones with it too', async () => {
    const folder = await saved();
    const expected = weightsOf(await loadModel(folder));
    const path = join(folder, 'model.json');
    const json = JSON.parse(await readFile(path, 'utf8')) as { sha256?: string };
    await writeFile(path, JSON.stringify(json, null, 2));
    expect(weightsOf(await loadModel(folder))).toEqual(expected);
    const { sha256, ...rest } = json;
    expect(sha256).toMatch(/^[\da-f]{64}$/);
    await writeFile(path, JSON.stringify(rest));
    expect(weightsOf(await loadModel(folder))).toEqual(expected);
  });

  test.each<[string, object, RegExp]>([
    [
      'an unknown quantization',
      { dtype: 'int4' },
      /weight "dense.*kernel": expected a type that tfjs reads.*int4/,
    ],
    ['no scale', { dtype: 'uint8', min: 0 }, /with scale and min/],
    ['a text for a scale', { dtype: 'uint8', min: 0, scale: '1' }, /with scale and min/],
  ])('%s is refused', async (_, quantization, message) => {
    const folder = await saved();
    const path = join(folder, 'model.json');
    const { sha256: _sha256, ...json } = JSON.parse(await readFile(path, 'utf8'));
    json.weightsManifest[0].weights[0].quantization = quantization;
    await writeFile(path, JSON.stringify(json));
    await expect(loadModel(folder)).rejects.toThrow(DataError);
    await expect(loadModel(folder)).rejects.toThrow(message);
  });

  test.each([
    '{}',
    'null',
    '[]',
    '{"modelTopology":{},"weightsManifest":[{}]}',
    '{"modelTopology":{},"weightsManifest":[null]}',
    '{"modelTopology":{},"weightsManifest":[{"paths":["weights.bin"],"weights":[{"name":"a"}]}]}',
    'x',
  ])('a model.json of %s is refused', async (text) => {
    const folder = await saved();
    await writeFile(join(folder, 'model.json'), text);
    await expect(loadModel(folder)).rejects.toThrow(DataError);
  });
});
