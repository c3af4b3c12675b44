import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { writeFileAtomically } from '../write-file-atomically';

/** The file beside the weights that describes the model, as tfjs names it. */
export const MODEL_FILE = 'model.json';

const WEIGHTS_FILE = 'weights.bin';

/**
 * Saves a model to a directory in tfjs' own layers format, without tfjs-node.
 *
 * Writes `weights.bin`, then `model.json`, each whole or not at all.
 *
 * @param directory created when absent
 * @throws {@link MvsaFusionError} when the file system refuses: names the file and the cause.
 * @example
 * ```ts
 * import { compactImageEncoder, loadModel, saveModel } from 'mvsa-fusion/models';
 *
 * await saveModel(compactImageEncoder(), './runs/encoder');
 * const encoder = await loadModel('./runs/encoder');
 * console.log(encoder.name); // image_encoder
 * ```
 */
export async function saveModel(model: LayersModel, directory: string): Promise<void> {
  await model.save(
    io.withSaveHandler(async ({ modelTopology, weightSpecs = [], weightData, ...rest }) => {
      const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
      await writeFileAtomically(join(directory, WEIGHTS_FILE), weights);
      const { format, generatedBy, convertedBy } = rest;
      const weightsManifest = [{ paths: [WEIGHTS_FILE], weights: weightSpecs }];
      const description = { modelTopology, format, generatedBy, convertedBy, weightsManifest };
      await writeFileAtomically(join(directory, MODEL_FILE), JSON.stringify(description));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
}
