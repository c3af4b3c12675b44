import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import '../../layers';
import { DataError } from '../../errors';
import type { ReadFile } from '../streams/stream';

/** The file beside the weights that describes the model, as tfjs names it. */
export const MODEL_FILE = 'model.json';

/** The parts of a `model.json` that decide what a model computes. */
type ModelDescription = Required<Pick<io.ModelJSON, 'modelTopology' | 'weightsManifest'>>;

/**
 * Makes a model of the files that `saveModel` or tfjs wrote, wherever they come from; runs in browsers.
 *
 * @param read gives a file by its name; its errors say what is missing
 * @param where names the place in messages
 * @param verify is given what was read, before anything is made of it
 * @throws {@link DataError} when the files are no model, or the weights have another length than described
 */
export async function readModel(
  read: ReadFile,
  where: string,
  verify: (description: ModelDescription, parts: readonly Uint8Array[], sha256: unknown) => void = () => {},
): Promise<LayersModel> {
  const text = new TextDecoder().decode(await read(MODEL_FILE));
  let description: Partial<io.ModelJSON> & { readonly sha256?: unknown };
  try {
    description = JSON.parse(text) as io.ModelJSON;
  } catch (cause) {
    throw new DataError(
      `${where}: expected ${MODEL_FILE} to be JSON as saveModel writes it: ${(cause as Error).message}.`,
      { cause },
    );
  }
  const { modelTopology, weightsManifest, sha256 } = description ?? {};
  if (!modelTopology || !isManifest(weightsManifest)) {
    throw new DataError(
      `${where}: expected modelTopology and weightsManifest in ${MODEL_FILE}, as saveModel writes them.`,
    );
  }
  const parts: Uint8Array[] = [];
  for (const path of weightsManifest.flatMap(({ paths }) => paths)) {
    checkPath(where, path);
    parts.push(await read(path));
  }
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const received = parts.reduce((sum, { length }) => sum + length, 0);
  const expected = weightSpecs.reduce((sum, spec) => sum + weightBytes(spec), 0);
  if (received !== expected) {
    throw new DataError(
      `${where}: expected ${expected} bytes of weights, received ${received}. Save the model again.`,
    );
  }
  verify({ modelTopology, weightsManifest }, parts, sha256);
  const weightData = parts.map(bufferOf);
  return loadLayersModel(io.fromMemory({ modelTopology: modelTopology as object, weightSpecs, weightData }));
}

/** A description from somebody else must not name files elsewhere. */
function checkPath(where: string, path: string): void {
  if (/^[^/\\:]+$/.test(path) && path !== '..') return;
  throw new DataError(
    `${where}: expected weights in files beside ${MODEL_FILE}, received the path ${JSON.stringify(path)}. Save the model again.`,
  );
}

/** Enough of a check for files of tfjs, which have no SHA-256. */
function isManifest(manifest: unknown): manifest is io.WeightsManifestConfig {
  const isSpec = (spec: Partial<io.WeightsManifestEntry> | null) =>
    typeof spec?.name === 'string' &&
    Array.isArray(spec.shape) &&
    spec.shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  const isGroup = (group: Partial<io.WeightsManifestConfig[number]> | null) =>
    Array.isArray(group?.paths) &&
    group.paths.every((path) => typeof path === 'string') &&
    Array.isArray(group.weights) &&
    group.weights.every(isSpec);
  return Array.isArray(manifest) && manifest.every(isGroup);
}

/** The bytes alone; copied only where the file shares its memory with other things. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  if (byteLength === buffer.byteLength) return buffer as ArrayBuffer;
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

/** Where a weight lies in the file, and how its values are to be read. */
export type WeightSpec = io.WeightsManifestEntry;

const BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  complex64: 8,
  bool: 1,
  float16: 2,
  uint16: 2,
  uint8: 1,
};

/**
 * Bytes of a weight in the file.
 *
 * @throws {@link DataError} for a type or a quantization that tfjs cannot read
 */
export function weightBytes({ name, shape, dtype, quantization }: WeightSpec): number {
  const size = BYTES[quantization?.dtype ?? dtype];
  const isAffine = quantization !== undefined && quantization.dtype !== 'float16';
  const isKnown = !isAffine || [quantization.scale, quantization.min].every(Number.isFinite);
  if (size !== undefined && isKnown) return shape.reduce((product, length) => product * length, size);
  throw new DataError(
    `weight "${name}": expected a type that tfjs reads, with scale and min where it is quantized, received ${JSON.stringify({ dtype, quantization })}.`,
  );
}
