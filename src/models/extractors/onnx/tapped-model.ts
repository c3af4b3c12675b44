import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError, MvsaFusionError } from '../../../errors';
import { sha256 as digest, sha256OfFile } from '../../../files/digests';
import { checkOptionNames } from '../../../options/check-option-names';
import type { OnnxModel } from './onnx-model';
import { readOnnxModel } from './read-onnx-model';
import { type Taps, tapOutputs } from './tap-outputs';

/** Options of {@link tappedModel}. */
export interface TappedModelOptions {
  /** Where the copy goes when the model's own directory cannot be written. @defaultValue none: that is an error */
  readonly cacheDirectory?: string;
  /** The SHA-256 of the model file in hexadecimal, when it is known already. @defaultValue computed, at about 0.5 GB/s */
  readonly sha256?: string;
}

/** A new number makes copies that earlier versions wrote count as absent. */
const FORMAT = 1;

const READ_ONLY = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * The path of a model whose outputs are the taps: written by `tapOutputs` once, and found again from then on.
 *
 * It lies beside the model under a name that holds a hash of the model's content and of the taps, as
 * `model.taps-0123456789abcdef.onnx`; another content or other taps give another name. A copy that is cut off or not what its
 * name says is written anew. A model whose outputs are the taps already is used as it is.
 *
 * @param file the model
 * @param taps the output names to make, each with the name of an inner tensor
 * @throws {@link OptionError} and {@link DataError} as `tapOutputs`.
 * @throws {@link MvsaFusionError} when no directory can be written: names both.
 */
export async function tappedModel(
  file: string,
  taps: Taps,
  options: TappedModelOptions = {},
): Promise<string> {
  checkOptionNames('tappedModel', options, { cacheDirectory: true, sha256: true });
  const { cacheDirectory, sha256 } = options;
  const model = await readOnnxModel(file);
  if (
    hasOutputs(model, Object.keys(taps)) &&
    Object.entries(taps).every(([name, tensor]) => name === tensor)
  ) {
    return file;
  }
  const beside = dirname(file);
  const hashes = [sha256 ?? (await hashOf(file))];
  for (const external of model.externalFiles) hashes.push(await hashOf(join(beside, external)));
  const sorted = Object.entries(taps).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const key = digest(JSON.stringify([FORMAT, hashes, sorted])).slice(0, 16);
  const name = `${basename(file).replace(/\.onnx$/, '')}.taps-${key}.onnx`;
  const paths = [beside, ...(cacheDirectory === undefined ? [] : [cacheDirectory])].map((path) =>
    join(path, name),
  );
  for (const path of paths) if (await isWhole(path, taps)) return path;

  const [first = name, second] = paths;
  try {
    return await tapOutputs(file, first, taps);
  } catch (error) {
    if (!isReadOnly(error)) throw error;
    if (second !== undefined) return await tapOutputs(file, second, taps);
    throw new MvsaFusionError(
      `${beside}: expected a directory where ${name} can be written, received one that is read-only. Set the option cacheDirectory.`,
      { cause: error },
    );
  }
}

const hasOutputs = ({ outputs }: OnnxModel, names: readonly string[]) =>
  outputs.length === names.length && outputs.every(({ name }) => names.includes(name));

/** Whether the file is there to its last byte, with the outputs that it should have. */
async function isWhole(path: string, taps: Taps): Promise<boolean> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return false;
  try {
    return hasOutputs(await readOnnxModel(path), Object.keys(taps));
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

function isReadOnly(error: unknown): boolean {
  const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  return code !== undefined && READ_ONLY.has(code);
}

async function hashOf(file: string): Promise<string> {
  return sha256OfFile(file).catch((cause: Error) => {
    throw new DataError(
      `${file}: expected a file of the model, which cannot be read: ${cause.message}. Fetch the model with all of its files.`,
      { cause },
    );
  });
}
