import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PRESENCE_INPUTS } from '../../data/batches/post-examples';
import { DataError } from '../../errors';
import { loadCompactImageStream } from '../../models/compact/compact-image-stream';
import { loadCompactTextStream } from '../../models/compact/compact-text-stream';
import type { ImageStream, ReadFile, StreamDescription, TextStream } from '../../models/streams/stream';
import { readModel } from '../../models/weights/read-model';
import type { ClassifierParts } from './classifier-core';
import { CLASSIFIER_FILE, parseSaved, type SavedClassifier, sha256Of } from './saved-classifier';

/** What finds the streams that are not saved in the folder. */
export interface StreamFinder {
  /** Gives the stream of a description of another family than `compact`. */
  text(description: StreamDescription): Promise<TextStream>;
  image(description: StreamDescription): Promise<ImageStream>;
  /** Frees what it has opened, where nothing comes of it. */
  dispose(): Promise<void>;
}

/**
 * Makes a classifier's parts of the files of a saved one, wherever they come from; runs in browsers.
 *
 * @param read gives a file by its name; its errors say what is missing
 * @param where names the folder in messages
 * @throws {@link DataError} when a file is missing, damaged, changed, or of a newer version of this library
 */
export async function readClassifier(
  read: ReadFile,
  where: string,
  finder: StreamFinder,
): Promise<{ readonly parts: ClassifierParts; readonly saved: SavedClassifier }> {
  const text = new TextDecoder().decode(await read(CLASSIFIER_FILE));
  const saved = await parseSaved(text, where);
  const { classNames, streams, calibrations, files } = saved;
  const readVerified: ReadFile = async (name) => {
    const bytes = await read(name);
    if (files[name] === (await sha256Of(bytes))) return bytes;
    throw new DataError(
      `${where}: expected ${name} as it was saved, received a changed one (SHA-256). Copy or save the classifier again.`,
    );
  };
  const model = await readModel(readVerified, where);
  try {
    const textStream =
      streams.text &&
      (streams.text.family === 'compact'
        ? await loadCompactTextStream(streams.text, (name) => readVerified(`text/${name}`))
        : await finder.text(streams.text));
    const imageStream =
      streams.image &&
      (streams.image.family === 'compact'
        ? loadCompactImageStream(streams.image)
        : await finder.image(streams.image));
    checkFits(model, where, classNames, [textStream, imageStream]);
    const parts = { model, text: textStream, image: imageStream, classNames, calibrations };
    return { parts, saved };
  } catch (error) {
    model.dispose();
    await finder.dispose();
    throw error;
  }
}

/** Refuses a model of other classes, or with an input that no stream gives. */
function checkFits(
  model: LayersModel,
  where: string,
  classNames: readonly string[],
  streams: readonly (TextStream | ImageStream | null)[],
): void {
  const classes = model.outputs[0]?.shape.at(-1);
  const given = [...PRESENCE_INPUTS, ...streams.flatMap((stream) => stream?.inputNames ?? [])];
  const unknown = model.inputNames.filter((name) => !given.includes(name));
  if (classes === classNames.length && unknown.length === 0) return;
  throw new DataError(
    `${where}: expected a model of ${classNames.length} classes that reads what its streams give, received one of ${classes} classes` +
      `${unknown.length > 0 ? ` that also reads ${unknown.join(', ')}` : ''}. Save the classifier again.`,
  );
}
