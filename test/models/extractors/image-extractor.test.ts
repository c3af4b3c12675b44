import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/data';
import { DataError, OptionError } from '../../../src/errors';
import { imageExtractor } from '../../../src/models/extractors/image-extractor';
import { resNet50Extractor } from '../../../src/models/extractors/resnet50-extractor';
import { temporaryFolder } from '../../data/mvsa/mini-mvsa';
import { maxDifference } from '../../support/max-difference';
import { toyCnn } from './toy-models';

const load = async (onnx?: string, options = {}) =>
  imageExtractor(await toyCnn(onnx), { cacheDir: await temporaryFolder(), ...options });
const picture = (seed: number) =>
  sharp(
    Uint8Array.from({ length: 31 * 29 * 3 }, (_, at) => (at * seed) % 256),
    {
      raw: { width: 31, height: 29, channels: 3 },
    },
  )
    .png()
    .toBuffer();

describe('imageExtractor', () => {
  it.each(['cnn-pool', 'cnn-mean', 'cnn-view'])(
    '%s: gives the spatial map and the mean of torch',
    async (name) => {
      const fixture = JSON.parse(
        await readFile(join(import.meta.dirname, '../../fixtures/onnx/cases.json'), 'utf8'),
      ).cases[name];
      const floats = (packed: { data: string }) =>
        new Float32Array(Uint8Array.from(Buffer.from(packed.data, 'base64')).buffer);
      // The stored pixels are no bytes: a transform in steps of 1/16 comes near to them.
      const [count, , height, width] = fixture.inputs.pixels.dims as [number, 3, number, number];
      const [, channels, rows, columns] = fixture.outputs.regions.dims as [number, number, number, number];
      const [area, places] = [height * width, rows * columns];
      const pixels = floats(fixture.inputs.pixels);
      const [mean, std] = [128 / 255, 16 / 255];
      const transform = { resize: [height, width], mean: [mean, mean, mean], std: [std, std, std] } as const;
      const image = await load(`${name}.onnx`, { transform });
      const bytesOf = (row: number) =>
        Uint8Array.from({ length: 3 * area }, (_, at) => {
          const value = pixels[(row * 3 + (at % 3)) * area + Math.floor(at / 3)] as number;
          return Math.min(255, Math.max(0, Math.round(value * 16) + 128));
        });
      const features = await image.run(Array.from({ length: count }, (_, row) => bytesOf(row)));
      expect([image.dim, image.grid]).toEqual([channels, [rows, columns]]);
      const maps = floats(fixture.outputs.regions);
      for (const [row, { regions, pooled }] of features.entries()) {
        const expected = Float32Array.from(
          { length: places * channels },
          (_, at) => maps[(row * channels + (at % channels)) * places + Math.floor(at / channels)] as number,
        );
        // What rounding the pixels leaves; a wrong order of places or channels is off by more than 1.
        expect(maxDifference(regions, expected)).toBeLessThan(0.3);
        const means = Float32Array.from({ length: channels }, (_, channel) => {
          let sum = 0;
          for (let place = 0; place < places; place++) sum += regions[place * channels + channel] as number;
          return sum / places;
        });
        expect(maxDifference(pooled, means)).toBeLessThan(1e-5);
      }
      await image.dispose();
    },
  );

  it('carries its preprocessing, and gives the same alone as in a batch', async () => {
    const image = await load();
    expect(image).toMatchObject({
      dim: 13,
      grid: [5, 5],
      transform: {
        resize: 23,
        crop: [17, 19],
        interpolation: 'bicubic',
        mean: [0.5, 0.4, 0.3],
        std: [0.2, 0.3, 0.4],
      },
    });
    const bytes = await Promise.all(
      [7, 11, 13].map(async (seed) => decodeImage(await picture(seed), image.transform)),
    );
    const together = await image.run(bytes);
    for (const [row, one] of bytes.entries()) {
      const [alone] = await image.run([one]);
      expect(
        maxDifference(together[row]?.regions as Float32Array, alone?.regions as Float32Array),
      ).toBeLessThan(1e-5);
    }
    expect(
      maxDifference(together[0]?.pooled as Float32Array, together[1]?.pooled as Float32Array),
    ).toBeGreaterThan(0.01);
    await image.dispose();
  });

  it('refuses what it cannot use', async () => {
    await expect(load('bert-encoder-17.onnx')).rejects.toThrow(DataError);
    const folder = await toyCnn();
    await rm(join(folder, 'preprocessor_config.json'));
    await expect(imageExtractor(folder)).rejects.toThrow(/expected its preprocessing .* imageNetTransform/);
    await writeFile(
      join(folder, 'preprocessor_config.json'),
      JSON.stringify({ size: 9, resample: 0, image_mean: [0, 0, 0], image_std: [1, 1, 1] }),
    );
    await expect(imageExtractor(folder)).rejects.toThrow(
      /interpolation: expected bilinear \(2\) or bicubic \(3\), received 0/,
    );
    await expect(
      load(undefined, { transform: { resize: 20, mean: [0, 0, 0], std: [1, 1, 1] } }),
    ).rejects.toThrow(OptionError);
    const image = await load();
    await expect(image.run([new Uint8Array(5)])).rejects.toThrow(/\[17, 19, 3\] bytes/);
    await image.dispose();
  });

  it('resNet50Extractor refuses another CNN', async () => {
    await expect(resNet50Extractor(await toyCnn(), { cacheDir: await temporaryFolder() })).rejects.toThrow(
      /a ResNet-50 with 2048 channels, received 13/,
    );
  });
});
