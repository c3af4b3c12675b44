import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageTransform, Interpolation } from '../../../data';
import { DataError } from '../../../errors';

/** The files that tell a model's preprocessing, in the order in which they are looked for. */
export const TRANSFORM_FILES = ['preprocessor_config.json', 'config.json'] as const;

type Json = Readonly<Record<string, unknown>>;
type Triple = readonly [number, number, number];

/**
 * Reads the preprocessing that travels with an image model.
 *
 * Understood are `preprocessor_config.json` of Hugging Face (ConvNext, ViT and CLIP processors and their like) and
 * `config.json` of timm, whose `pretrained_cfg` holds input size, crop share, interpolation, mean and deviation.
 *
 * @param folder the model's folder
 * @returns the transform, or null where neither file tells one
 * @throws {@link DataError} for a file that is no JSON, and for a step that the library does not have: names file and field.
 */
export async function readImageTransform(folder: string): Promise<ImageTransform | null> {
  for (const name of TRANSFORM_FILES) {
    const file = join(folder, name);
    const json = await readJson(file);
    if (json === null) continue;
    if (name === 'preprocessor_config.json') return fromHuggingFace(json, file);
    const timm = (json.pretrained_cfg ?? null) as Json | null;
    if (timm !== null) return fromTimm(timm, file);
  }
  return null;
}

/** `{ size, crop_size, crop_pct, resample, image_mean, image_std }`, each as written by some version of the package. */
function fromHuggingFace(json: Json, file: string): ImageTransform {
  const kind = String(json.image_processor_type ?? json.feature_extractor_type ?? '');
  const normalize =
    json.do_normalize === false ? { mean: [0, 0, 0] as Triple, std: [1, 1, 1] as Triple } : null;
  const common = {
    interpolation: interpolationOf(json.resample ?? 2, file),
    mean: normalize?.mean ?? triple(json.image_mean, `${file}: image_mean`),
    std: normalize?.std ?? triple(json.image_std, `${file}: image_std`),
  };
  const size = sideOf(json.size, `${file}: size`);
  if (kind.startsWith('ConvN')) {
    // Small inputs are cut from a larger image, large ones are squeezed whole.
    if (typeof size !== 'number')
      throw unknownField(`${file}: size`, 'a number or { shortest_edge }', json.size);
    if (size >= 384) return { ...common, resize: [size, size] };
    return { ...common, resize: Math.trunc(size / Number(json.crop_pct ?? 224 / 256)), crop: size };
  }
  const crops = json.do_center_crop ?? json.crop_size !== undefined;
  if (!crops)
    return { ...common, resize: typeof size === 'number' && !isEdge(json.size) ? [size, size] : size };
  return { ...common, resize: size, crop: sideOf(json.crop_size ?? json.size, `${file}: crop_size`) };
}

/** `{ input_size: [3, h, w], crop_pct, interpolation, mean, std }`. */
function fromTimm(json: Json, file: string): ImageTransform {
  const [, height, width] = (json.input_size ?? []) as number[];
  if (!Number.isInteger(height) || height !== width) {
    throw unknownField(`${file}: pretrained_cfg.input_size`, '[3, side, side]', json.input_size);
  }
  const mode = json.crop_mode ?? 'center';
  if (mode !== 'center') throw unknownField(`${file}: pretrained_cfg.crop_mode`, 'center', mode);
  const side = height as number;
  return {
    resize: Math.floor(side / Number(json.crop_pct ?? 0.875)),
    crop: side,
    interpolation: interpolationOf(json.interpolation ?? 'bilinear', file),
    mean: triple(json.mean, `${file}: pretrained_cfg.mean`),
    std: triple(json.std, `${file}: pretrained_cfg.std`),
  };
}

/** Pillow's numbers and timm's names. */
function interpolationOf(value: unknown, file: string): Interpolation {
  if (value === 2 || value === 'bilinear') return 'bilinear';
  if (value === 3 || value === 'bicubic') return 'bicubic';
  throw unknownField(`${file}: interpolation`, 'bilinear (2) or bicubic (3)', value);
}

const isEdge = (size: unknown) => typeof size === 'object' && size !== null && 'shortest_edge' in size;

function sideOf(size: unknown, field: string): number | readonly [number, number] {
  if (typeof size === 'number') return size;
  const { shortest_edge: edge, height, width } = (size ?? {}) as Record<string, number | undefined>;
  if (edge !== undefined) return edge;
  if (height !== undefined && width !== undefined) return [height, width];
  throw unknownField(field, 'a number, { shortest_edge } or { height, width }', size);
}

function triple(value: unknown, field: string): Triple {
  if (Array.isArray(value) && value.length === 3 && value.every((one) => Number.isFinite(one))) {
    return value as unknown as Triple;
  }
  throw unknownField(field, 'three numbers', value);
}

function unknownField(field: string, expected: string, received: unknown): DataError {
  return new DataError(
    `${field}: expected ${expected}, received ${JSON.stringify(received)}. Pass the option transform instead.`,
  );
}

async function readJson(file: string): Promise<Json | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new DataError(`${file}: expected JSON, received ${(cause as Error).message}.`, { cause });
  }
}
