import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { OptionError } from '../../errors';
import { writeFileAtomically } from '../../files/write-file';
import { checkOptionNames } from '../../options/check-option-names';
import { MODEL_FILE, type WeightSpec, weightBytes } from './read-model';
import { encodeWeight, quantizedSpec, type WeightStorage } from './weight-storage';

const WEIGHTS_FILE = 'weights.bin';
const STORAGES: readonly WeightStorage[] = ['float32', 'float16', 'int8'];

/** Options of {@link saveModel}. */
export interface SaveModelOptions {
  /**
   * How weights are kept: `float16` takes half the bytes and rounds to 11 binary digits; `int8` takes a quarter and rounds to
   * one of 256 numbers at equal distances for each weight tensor. Tensors of rank 0 and 1, such as biases and normalisation,
   * stay float32. Stock tfjs reads all three.
   * @defaultValue 'float32', which keeps every bit
   */
  readonly storage?: WeightStorage;
}

/**
 * Saves a model to a directory in tfjs' own layers format, without tfjs-node.
 *
 * Writes `weights.bin`, then `model.json`, each whole or not at all. `model.json` holds a SHA-256 of both, which
 * {@link loadModel} checks and tfjs ignores.
 *
 * @param directory created when absent
 * @throws {@link DataError} when a weight is beyond float16, or is not finite and would be rounded: names it; nothing is written.
 * @throws {@link OptionError} for an option that is not known
 * @throws {@link MvsaFusionError} when the file system refuses: names the file and the cause.
 * @example
 * ```ts
 * import { compactImageEncoder, loadModel, saveModel } from 'mvsa-fusion/models';
 *
 * await saveModel(compactImageEncoder(), './runs/encoder', { storage: 'float16' });
 * const encoder = await loadModel('./runs/encoder');
 * console.log(encoder.name); // image_encoder
 * ```
 */
export async function saveModel(
  model: LayersModel,
  directory: string,
  options: SaveModelOptions = {},
): Promise<void> {
  checkOptionNames('saveModel', options, { storage: true });
  const { storage = 'float32' } = options;
  if (!STORAGES.includes(storage)) {
    throw new OptionError(
      `storage: expected one of ${STORAGES.join(', ')}, received ${JSON.stringify(storage)}.`,
    );
  }
  await model.save(
    io.withSaveHandler(async ({ modelTopology, weightSpecs = [], weightData, ...rest }) => {
      const weights = quantized(weightSpecs, new io.CompositeArrayBuffer(weightData), storage);
      const hash = createHash('sha256');
      await writeFileAtomically(join(directory, WEIGHTS_FILE), hashed(weights, hash));
      const { format, generatedBy, convertedBy } = rest;
      const weightsManifest = [{ paths: [WEIGHTS_FILE], weights: weights.map(({ spec }) => spec) }];
      const text = descriptionText({ modelTopology: modelTopology as object, weightsManifest });
      const sha256 = hash.update(text).digest('hex');
      const description = { modelTopology, format, generatedBy, convertedBy, weightsManifest, sha256 };
      await writeFileAtomically(join(directory, MODEL_FILE), JSON.stringify(description));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
}

/** A weight whose bytes are made when they are written, so that there is one copy at a time. */
interface StoredWeight {
  readonly spec: WeightSpec;
  encode(): Uint8Array;
}

/** Decides on all weights before the first byte is written. */
function quantized(
  specs: readonly WeightSpec[],
  data: io.CompositeArrayBuffer,
  storage: WeightStorage,
): StoredWeight[] {
  let end = 0;
  return specs.map((original) => {
    const begin = end;
    end += weightBytes(original);
    const bytes = () => data.slice(begin, begin + weightBytes(original));
    const spec = quantizedSpec(original, bytes, storage);
    return {
      spec,
      encode: () =>
        spec.quantization ? encodeWeight(spec, new Float32Array(bytes())) : new Uint8Array(bytes()),
    };
  });
}

function* hashed(weights: readonly StoredWeight[], hash: Hash): Generator<Uint8Array> {
  for (const { encode } of weights) {
    const bytes = encode();
    hash.update(bytes);
    yield bytes;
  }
}

/**
 * The text of a `model.json` that decides what a model computes; hashed after the weights.
 *
 * It is the same before writing and after reading, however the file is indented.
 */
export function descriptionText({
  modelTopology,
  weightsManifest,
}: Pick<io.ModelJSON, 'modelTopology' | 'weightsManifest'>): string {
  return JSON.stringify([modelTopology, weightsManifest]);
}
