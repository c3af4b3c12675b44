import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import packageJson from '../../package.json';
import { DataError, MvsaFusionError } from '../errors';
import { sha256OfFile } from '../files/digests';
import { syncDirectory, writeError, writeFileAtomically } from '../files/write-file';
import { saveModel } from '../models';
import type { ReadFile } from '../models/streams/stream';
import type { ClassifierParts } from './core/classifier-core';
import { modelCard } from './core/model-card';
import {
  CLASSIFIER_FILE,
  FORMAT,
  FORMAT_VERSION,
  savedText,
  type TrainingSummary,
} from './core/saved-classifier';

/** Where files gather until all of them are on the disk; what a killed process left there is thrown away. */
const STAGING = '.saving';

/**
 * Writes a classifier to a folder: all files beside their places first, so that a full disk or a kill leaves an older classifier as it
 * was, then each into its place, and last the one that names the others with their hashes, so that a folder that was left between these
 * few renames is refused.
 */
export async function writeClassifier(
  directory: string,
  { model, text, image, classNames, calibrations }: ClassifierParts,
  training: TrainingSummary,
): Promise<void> {
  const staging = join(directory, STAGING);
  const saved = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    libraryVersion: packageJson.version,
    classNames,
    streams: { text: text?.description ?? null, image: image?.description ?? null },
    calibrations,
    training,
  };
  try {
    await rm(staging, { recursive: true, force: true });
    await saveModel(model, staging);
    const contents = { 'README.md': modelCard(saved), ...streamFiles({ text, image }) };
    for (const [name, content] of Object.entries(contents))
      await writeFileAtomically(join(staging, name), content);
    const files: Record<string, string> = {};
    for (const name of ['model.json', 'weights.bin', ...Object.keys(contents)])
      files[name] = await sha256OfFile(join(staging, name));
    // The card may be edited.
    const { 'README.md': _, ...decisive } = files;
    await writeFileAtomically(join(staging, CLASSIFIER_FILE), await savedText({ ...saved, files: decisive }));
    for (const name of [...Object.keys(files), CLASSIFIER_FILE]) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await rename(join(staging, name), join(directory, name));
    }
    await syncDirectory(directory);
  } catch (error) {
    throw error instanceof MvsaFusionError ? error : writeError(directory, error);
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => {});
  }
}

/** What streams save, by the path in the classifier's folder. */
function streamFiles({ text, image }: Pick<ClassifierParts, 'text' | 'image'>): Record<string, Uint8Array> {
  const named = Object.entries({ text, image }).flatMap(([half, stream]) =>
    Object.entries(stream?.files() ?? {}).map(([name, bytes]) => [`${half}/${name}`, bytes] as const),
  );
  return Object.fromEntries(named);
}

/** Reads the files of a folder, with errors that say what a saved classifier is. */
export function folderReader(directory: string): ReadFile {
  return async (name) =>
    readFile(join(directory, name)).catch((cause: NodeJS.ErrnoException) => {
      const isAbsent = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
      const advice =
        name === CLASSIFIER_FILE && isAbsent
          ? 'Name the folder that classifier.save(directory) wrote, or OUT/model of the command train; a bare model is read by loadModel.'
          : 'Copy or save the classifier again.';
      throw new DataError(
        `${directory}: expected a saved classifier, whose ${name} ${isAbsent ? 'is missing' : `cannot be read: ${cause.message}`}. ${advice}`,
        { cause },
      );
    });
}
