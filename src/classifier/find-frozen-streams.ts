import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DataError } from '../errors';
import {
  type ExtractorOrigin,
  frozenImageStream,
  frozenTextStream,
  type ImageExtractor,
  type ImageStream,
  imageExtractor,
  resNet50Extractor,
  type StreamDescription,
  type TextExtractor,
  type TextStream,
  textExtractor,
} from '../models';
import type { JsonObject } from '../training';
import { diffConfig } from '../training/checkpoints/diff-config';
import type { StreamFinder } from './core/read-classifier';

/** Streams that are given in place of those that the folder names. */
export interface GivenStreams {
  readonly text?: TextStream;
  readonly image?: ImageStream;
}

/**
 * Finds the frozen models of a saved classifier again: those that are given, else by the folder or hub id that they came from.
 *
 * @param directory of the classifier; a relative folder is looked for from the working directory and from there
 */
export function frozenStreamFinder(directory: string, given: GivenStreams): StreamFinder {
  const openedHere: (TextStream | ImageStream)[] = [];
  const find = async <AnyStream extends TextStream | ImageStream>(
    half: 'text' | 'image',
    description: StreamDescription,
    open: (origin: ExtractorOrigin) => Promise<AnyStream>,
    stream: AnyStream | undefined,
  ): Promise<AnyStream> => {
    if (stream) {
      checkSame(directory, half, description, stream.description);
      return stream;
    }
    const origin = description.origin as ExtractorOrigin | null | undefined;
    const advice = `Pass it: SentimentClassifier.load(directory, { ${half} }).`;
    if (description.family !== 'frozen' || !origin) {
      throw new DataError(
        `${directory}: expected the ${half} stream, of the family ${description.family}, to be given, since it cannot be found from here. ${advice}`,
      );
    }
    let opened: AnyStream;
    try {
      opened = await open({ ...origin, source: placeOf(origin.source, directory) });
    } catch (cause) {
      throw new DataError(
        `${directory}: expected the ${half} model ${origin.source}, which cannot be opened: ${(cause as Error).message} ${advice}`,
        { cause },
      );
    }
    openedHere.push(opened);
    checkSame(directory, half, description, opened.description);
    return opened;
  };
  return {
    text: (description) => find('text', description, (origin) => openText(origin, description), given.text),
    image: (description) =>
      find('image', description, (origin) => openImage(origin, description), given.image),
    dispose: async () => {
      await Promise.all(openedHere.map((stream) => stream.dispose()));
    },
  };
}

async function openText(
  { source, options }: ExtractorOrigin,
  { tokens, normalize, dtype }: StreamDescription,
): Promise<TextStream> {
  const extractor: TextExtractor = await textExtractor(source, options);
  return frozenTextStream(extractor, { tokens, normalize, dtype } as never);
}

async function openImage(
  { source, options, opener }: ExtractorOrigin,
  { regions, dtype }: StreamDescription,
): Promise<ImageStream> {
  const open = opener === 'resNet50Extractor' ? resNet50Extractor : imageExtractor;
  const extractor: ImageExtractor = await open(source, options);
  return frozenImageStream(extractor, { regions, dtype } as never);
}

/** A folder beside the classifier, where there is none of that name in the working directory. */
function placeOf(source: string, directory: string): string {
  const beside = join(directory, source);
  return !isAbsolute(source) && !existsSync(source) && existsSync(beside) ? beside : source;
}

/** Another model, or another preprocessing, would answer something else without a word. */
function checkSame(
  directory: string,
  half: string,
  saved: StreamDescription,
  found: StreamDescription,
): void {
  const differences = diffConfig(identityOf(saved), identityOf(found)).map((line) =>
    line.replace(' in the checkpoint, ', ' when it was trained, '),
  );
  if (differences.length === 0) return;
  throw new DataError(
    `${directory}: expected the ${half} model that the classifier was trained with, received another: ${differences.slice(0, 5).join('; ')}.`,
  );
}

/** What decides the numbers: not where a model lies, nor which version of the runtime computes it. */
function identityOf(description: StreamDescription): JsonObject {
  const { origin: _, extractor, ...rest } = description;
  if (typeof extractor !== 'object' || extractor === null) return plain(rest);
  const { runtime: _runtime, ...model } = extractor as Readonly<Record<string, unknown>>;
  return plain({ ...rest, extractor: model });
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as JsonObject;
