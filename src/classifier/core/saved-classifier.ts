import { DataError } from '../../errors';
import type { StreamDescription } from '../../models/streams/stream';
import type { Evaluation } from '../../training/evaluation/evaluate';
import type { Calibration, Calibrations } from './calibration';

/** The file that makes a folder a saved classifier: it names all others with their hashes. */
export const CLASSIFIER_FILE = 'classifier.json';

/** Raised whenever an older version of this library could not read what a newer one writes. */
export const FORMAT_VERSION = 1;

/** What is told of a training in a saved classifier and its card. */
export interface TrainingSummary {
  /** When it was trained, ISO 8601. */
  readonly date: string;
  /** Posts of each class. */
  readonly posts: {
    /** Learnt from. */
    readonly train: Readonly<Record<string, number>>;
    /** Chosen and calibrated by. */
    readonly validation: Readonly<Record<string, number>>;
  };
  /** Where the validation posts came from. */
  readonly validation: 'given' | 'held out';
  /** Epochs trained. */
  readonly epochs: number;
  /** The epoch whose weights were kept, from 1; 0 when none was finished. */
  readonly bestEpoch: number;
  /** Scores of that epoch on the validation posts; null when none was finished. */
  readonly scores: Pick<Evaluation, 'accuracy' | 'macroF1' | 'ci95'> | null;
  /** The options that decide the numbers. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The TensorFlow.js backend. */
  readonly backend: string;
}

/** The content of `classifier.json`. */
export interface SavedClassifier {
  /** Always `mvsa-fusion classifier`. */
  readonly format: string;
  /** {@link FORMAT_VERSION} of the library that wrote it. */
  readonly formatVersion: number;
  /** The version of the library that wrote it. */
  readonly libraryVersion: string;
  /** The classes, in the order of the logits. */
  readonly classNames: readonly string[];
  /** What the streams are; null where the model reads none. */
  readonly streams: { readonly text: StreamDescription | null; readonly image: StreamDescription | null };
  /** What makes the probabilities fit. */
  readonly calibrations: Calibrations;
  /** How it was trained. */
  readonly training: TrainingSummary;
  /** The SHA-256 of every other file, by name. */
  readonly files: Readonly<Record<string, string>>;
}

export const FORMAT = 'mvsa-fusion classifier';

/** The text of `classifier.json`: its content, and the SHA-256 of that. */
export async function savedText(saved: SavedClassifier): Promise<string> {
  const sha256 = await sha256Of(new TextEncoder().encode(JSON.stringify(saved)));
  return `${JSON.stringify({ ...saved, sha256 }, null, 2)}\n`;
}

/**
 * Reads `classifier.json` and makes sure that it is what was written.
 *
 * @param where names the folder in messages
 * @throws {@link DataError} when it is damaged, changed, no classifier, or of a newer version of this library
 */
export async function parseSaved(text: string, where: string): Promise<SavedClassifier> {
  let content: Partial<SavedClassifier> & { readonly sha256?: unknown };
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new DataError(
      `${where}: expected ${CLASSIFIER_FILE} to be JSON, received ${(cause as Error).message}. Save the classifier again.`,
      { cause },
    );
  }
  const { sha256, ...saved } = Object(content) as typeof content;
  if (saved.format !== FORMAT || !Number.isInteger(saved.formatVersion)) {
    throw new DataError(`${where}: expected a classifier, received another ${CLASSIFIER_FILE}.`);
  }
  if ((saved.formatVersion as number) > FORMAT_VERSION) {
    throw new DataError(
      `${where}: expected a classifier of format ${FORMAT_VERSION} or older, received format ${saved.formatVersion}, written by ` +
        `mvsa-fusion ${saved.libraryVersion}. Update: npm i mvsa-fusion@latest`,
    );
  }
  if (sha256 !== (await sha256Of(new TextEncoder().encode(JSON.stringify(saved))))) {
    throw new DataError(
      `${where}: expected ${CLASSIFIER_FILE} as it was saved, received a changed one (SHA-256). Copy or save the classifier again.`,
    );
  }
  checkParts(saved, where);
  return saved as SavedClassifier;
}

/** A hash proves that nothing changed since it was written, not who wrote it. */
function checkParts(saved: Partial<SavedClassifier>, where: string): void {
  const { classNames, streams, calibrations, training, files } = saved;
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const isStream = (stream: unknown) =>
    stream === null || typeof (Object(stream) as StreamDescription).family === 'string';
  const isTemperature = (one: unknown) => one === null || (Object(one) as Calibration).temperature > 0;
  const parts = {
    classNames:
      Array.isArray(classNames) &&
      classNames.length > 1 &&
      classNames.every((name) => typeof name === 'string'),
    streams: isObject(streams) && [streams?.text, streams?.image].every(isStream),
    calibrations:
      isObject(calibrations) &&
      (['full', 'text', 'image'] as const).every((pattern) => isTemperature(calibrations?.[pattern])),
    training: isObject(training),
    files: isObject(files),
  };
  const wrong = Object.entries(parts).find(([, isWell]) => !isWell);
  if (wrong === undefined) return;
  throw new DataError(
    `${where}: expected ${CLASSIFIER_FILE} to say ${Object.keys(parts).join(', ')}, received no ${wrong[0]} that can be used. Save the classifier again.`,
  );
}

/** The SHA-256 in hexadecimal, wherever it runs. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
