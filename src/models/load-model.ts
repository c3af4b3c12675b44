import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { DataError } from '../errors';
import '../layers';
import { MODEL_FILE } from './save-model';

/**
 * Loads a model that {@link saveModel} or tfjs wrote to a directory.
 *
 * @throws {@link DataError} when a file is missing, is no model, or the weights have another length than described.
 */
export async function loadModel(directory: string): Promise<LayersModel> {
  const file = join(directory, MODEL_FILE);
  const read = (path: string) =>
    readFile(path).catch((cause: Error) => {
      throw new DataError(`${path}: expected a saved model, which cannot be read: ${cause.message}.`, {
        cause,
      });
    });
  const text = (await read(file)).toString('utf8');
  let description: io.ModelJSON;
  try {
    description = JSON.parse(text) as io.ModelJSON;
  } catch (cause) {
    throw new DataError(`${file}: expected JSON as saveModel writes it: ${(cause as Error).message}.`, {
      cause,
    });
  }
  if (!description.modelTopology || !description.weightsManifest) {
    throw new DataError(`${file}: expected modelTopology and weightsManifest, as saveModel writes them.`);
  }
  const { modelTopology, weightsManifest } = description;
  const parts: Buffer[] = [];
  for (const path of weightsManifest.flatMap(({ paths }) => paths))
    parts.push(await read(join(directory, path)));
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const bytes = Buffer.concat(parts);
  const expected = weightSpecs.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
  if (bytes.length !== expected && weightSpecs.every(({ quantization }) => !quantization)) {
    throw new DataError(
      `${directory}: expected ${expected} bytes of weights, received ${bytes.length}. Save the model again.`,
    );
  }
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return loadLayersModel(io.fromMemory({ modelTopology: modelTopology as object, weightSpecs, weightData }));
}
