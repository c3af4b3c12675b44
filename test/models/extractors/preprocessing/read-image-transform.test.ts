import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../../src/errors';
import { readImageTransform } from '../../../../src/models/extractors/preprocessing/read-image-transform';
import { temporaryFolder } from '../../../data/mvsa/mini-mvsa';

const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];
const common = { image_mean: mean, image_std: std };

async function read(name: string, json: unknown) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), typeof json === 'string' ? json : JSON.stringify(json));
  return readImageTransform(folder);
}

describe('readImageTransform', () => {
  it.each<[string, object, object]>([
    [
      'a ConvNext processor of 224',
      {
        ...common,
        feature_extractor_type: 'ConvNextFeatureExtractor',
        size: 224,
        crop_pct: 0.875,
        resample: 3,
      },
      { resize: 256, crop: 224, interpolation: 'bicubic' },
    ],
    [
      'a ConvNext processor of 384',
      {
        ...common,
        image_processor_type: 'ConvNextImageProcessor',
        size: { shortest_edge: 384 },
        resample: 3,
      },
      { resize: [384, 384], interpolation: 'bicubic' },
    ],
    [
      'a ViT processor',
      { ...common, size: { height: 224, width: 224 }, resample: 2 },
      { resize: [224, 224], interpolation: 'bilinear' },
    ],
    [
      'an old ViT processor',
      { ...common, size: 224, resample: 2 },
      { resize: [224, 224], interpolation: 'bilinear' },
    ],
    [
      'a CLIP processor',
      { ...common, size: { shortest_edge: 224 }, do_center_crop: true, crop_size: 224, resample: 3 },
      { resize: 224, crop: 224, interpolation: 'bicubic' },
    ],
  ])('reads %s', async (_name, json, expected) => {
    expect(await read('preprocessor_config.json', json)).toEqual({ ...expected, mean, std });
  });

  it("reads timm's config", async () => {
    const pretrained_cfg = {
      input_size: [3, 260, 260],
      interpolation: 'bicubic',
      crop_pct: 0.89,
      crop_mode: 'center',
      mean,
      std,
    };
    expect(await read('config.json', { pretrained_cfg })).toEqual({
      resize: 292,
      crop: 260,
      interpolation: 'bicubic',
      mean,
      std,
    });
  });

  it('gives null where nothing tells', async () => {
    expect(await read('config.json', { model_type: 'resnet' })).toBeNull();
    expect(await readImageTransform(await temporaryFolder())).toBeNull();
  });

  it.each<[string, string, unknown, RegExp]>([
    ['no JSON', 'preprocessor_config.json', '{', /preprocessor_config\.json: expected JSON/],
    [
      'an unknown kernel',
      'preprocessor_config.json',
      { ...common, size: 224, resample: 1 },
      /interpolation: expected bilinear .* received 1/,
    ],
    [
      'no mean',
      'preprocessor_config.json',
      { size: 224, image_std: std },
      /image_mean: expected three numbers/,
    ],
    ['no size', 'preprocessor_config.json', common, /size: expected a number/],
    [
      'another crop',
      'config.json',
      { pretrained_cfg: { input_size: [3, 9, 9], crop_mode: 'border', mean, std } },
      /crop_mode: expected center/,
    ],
  ])('refuses %s, and names file and field', async (_name, file, json, message) => {
    const reading = read(file, json);
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(message);
  });
});
