import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { DataError } from '../../errors';
import { descriptionText, MODEL_FILE } from './save-model';
import { weightBytes } from './weight-storage';

/**
 * Loads a model that {@link saveModel} or tfjs wrote to a directory.
 *
 * @throws {@link DataError} when a file is missing, is no model, the weights have another length than described, or the files
 * are not those that {@link saveModel} wrote, by their SHA-256; files of tfjs have none.
 */
export async function loadModel(directory: string): Promise<LayersModel> {
  const file = join(directory, MODEL_FILE);
  const text = (await read(file)).toString('utf8');
  let description: Partial<io.ModelJSON> & { readonly sha256?: unknown };
  try {
    description = JSON.parse(text) as io.ModelJSON;
  } catch (cause) {
    throw new DataError(`${file}: expected JSON as saveModel writes it: ${(cause as Error).message}.`, {
      cause,
    });
  }
  const { modelTopology, weightsManifest, sha256 } = description ?? {};
  if (!modelTopology || !isManifest(weightsManifest)) {
    throw new DataError(`${file}: expected modelTopology and weightsManifest, as saveModel writes them.`);
  }
  const parts: Buffer[] = [];
  for (const path of weightsManifest.flatMap(({ paths }) => paths)) {
    parts.push(await read(join(directory, path)));
  }
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const received = parts.reduce((sum, { length }) => sum + length, 0);
  const expected = weightSpecs.reduce((sum, spec) => sum + weightBytes(spec), 0);
  if (received !== expected) {
    throw new DataError(
      `${directory}: expected ${expected} bytes of weights, received ${received}. Save the model again.`,
    );
  }
  if (sha256 !== undefined) {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    hash.update(descriptionText({ modelTopology, weightsManifest }));
    if (hash.digest('hex') !== sha256) {
      throw new DataError(
        `${directory}: expected the model that saveModel wrote, but ${MODEL_FILE} or its weights have changed since (SHA-256). Save or copy the model again; if ${MODEL_FILE} was edited on purpose, delete "sha256" from it.`,
      );
    }
  }
  const weightData = parts.map(bufferOf);
  return loadLayersModel(io.fromMemory({ modelTopology: modelTopology as object, weightSpecs, weightData }));
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

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: Error) => {
    throw new DataError(`${path}: expected a saved model, which cannot be read: ${cause.message}.`, {
      cause,
    });
  });
}

/** The bytes alone; copied only where the file shares its memory with other things. */
function bufferOf({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  if (byteLength === buffer.byteLength) return buffer as ArrayBuffer;
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
