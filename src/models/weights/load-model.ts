import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { DataError } from '../../errors';
import { MODEL_FILE, readModel } from './read-model';
import { descriptionText } from './save-model';

/**
 * Loads a model that {@link saveModel} or tfjs wrote to a directory.
 *
 * @throws {@link DataError} when a file is missing, is no model, the weights have another length than described or lie elsewhere, or
 * the files are not those that {@link saveModel} wrote, by their SHA-256; files of tfjs have none.
 */
export async function loadModel(directory: string): Promise<LayersModel> {
  const read = async (name: string) => {
    const path = join(directory, name);
    return readFile(path).catch((cause: Error) => {
      throw new DataError(`${path}: expected a saved model, which cannot be read: ${cause.message}.`, {
        cause,
      });
    });
  };
  return readModel(read, directory, (description, parts, sha256) => {
    if (sha256 === undefined) return;
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    hash.update(descriptionText(description));
    if (hash.digest('hex') === sha256) return;
    throw new DataError(
      `${directory}: expected the model that saveModel wrote, but ${MODEL_FILE} or its weights have changed since (SHA-256). Save or copy the model again; if ${MODEL_FILE} was edited on purpose, delete "sha256" from it.`,
    );
  });
}
