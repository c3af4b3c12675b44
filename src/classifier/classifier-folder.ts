import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DataError } from '../errors';
import { sha256, sha256OfFile } from '../files/digests';
import { writeFileAtomically } from '../files/write-file';
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

/**
 * Writes a classifier to a folder: each file whole or not at all, and last the one that names the others with their hashes, so that a folder
 * that was left half-way is refused.
 */
export async function writeClassifier(
  directory: string,
  { model, text, image, classNames, calibrations }: ClassifierParts,
  training: TrainingSummary,
): Promise<void> {
  await saveModel(model, directory);
  const files: Record<string, string> = {};
  for (const name of ['model.json', 'weights.bin']) files[name] = await sha256OfFile(join(directory, name));
  const add = async (name: string, content: string | Uint8Array<ArrayBufferLike>) => {
    files[name] = sha256(content);
    await writeFileAtomically(join(directory, name), content);
  };
  for (const [half, stream] of Object.entries({ text, image })) {
    for (const [name, bytes] of Object.entries(stream?.files() ?? {})) await add(`${half}/${name}`, bytes);
  }
  const saved = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    libraryVersion: libraryVersion(),
    classNames,
    streams: { text: text?.description ?? null, image: image?.description ?? null },
    calibrations,
    training,
  };
  await writeFileAtomically(join(directory, 'README.md'), modelCard(saved));
  await writeFileAtomically(join(directory, CLASSIFIER_FILE), await savedText({ ...saved, files }));
}

/** Reads the files of a folder, with errors that say what a saved classifier is. */
export function folderReader(directory: string): ReadFile {
  return async (name) =>
    readFile(join(directory, name)).catch((cause: NodeJS.ErrnoException) => {
      const isAbsent = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
      const advice =
        name === CLASSIFIER_FILE && isAbsent
          ? 'Name the folder that classifier.save(directory) or the command train wrote; one of an older version, or a bare model, is read by loadModel.'
          : 'Copy or save the classifier again.';
      throw new DataError(
        `${directory}: expected a saved classifier, whose ${name} ${isAbsent ? 'is missing' : `cannot be read: ${cause.message}`}. ${advice}`,
        { cause },
      );
    });
}

function libraryVersion(): string {
  try {
    return (createRequire(import.meta.url)('mvsa-fusion/package.json') as { version: string }).version;
  } catch {
    // In a program that was bundled into one file there is no package to ask.
    return 'unknown';
  }
}
