import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mapInOrder } from '../../concurrency';
import { DataError, OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import type { SentimentLabel } from '../../types';
import { type InspectedImage, imageProblem } from '../images/image-header';
import { inspectImage } from '../images/inspect-image';
import { applyLabelRule, type DropReason, LABEL_RULES, type LabelRule } from './label-rule';
import { type Annotation, LABELS_FILE, LABELS_HEADERS, type MvsaVariant, readLabels } from './labels-file';

/** Posts whose files are read at the same time. */
const OPEN_FILES = 32;
/** A tweet takes a few hundred bytes; what is larger than 1 MiB is no text of a post. */
const MAX_TEXT_BYTES = 2 ** 20;

/** Options of {@link validatePairs}. */
export interface ValidatePairsOptions {
  /**
   * Which of the two data sets the directory holds.
   * @defaultValue what the header of the labels file says
   */
  readonly variant?: MvsaVariant;
  /**
   * How the annotations of a post become its label.
   * @defaultValue `'merged'` (Xu and Mao 2017)
   */
  readonly labelRule?: LabelRule;
  /**
   * What to do with a row whose id came before: an error, or keep the first row and pass over this one.
   * @defaultValue `'error'`
   */
  readonly duplicateIds?: 'error' | 'keep-first';
  /**
   * Whether to decode every image in full. Without it the head and the tail of each file are looked at, which finds all
   * but damage in the middle and takes a hundredth of the time.
   * @defaultValue `false`
   */
  readonly decodeImages?: boolean;
  /** Stops before the next post. */
  readonly signal?: AbortSignal;
}

/** Every option of {@link validatePairs}. */
export const VALIDATE_PAIRS_OPTION_NAMES: Readonly<Record<keyof ValidatePairsOptions, true>> = {
  variant: true,
  labelRule: true,
  duplicateIds: true,
  decodeImages: true,
  signal: true,
};

/** One row of the labels file, held against the rule and the files. */
export interface ValidatedPost {
  /** The post's id. */
  readonly id: string;
  /** Its line in the labels file, from 1. */
  readonly line: number;
  /** What the annotators said: one in MVSA-Single, three in MVSA-Multiple. */
  readonly annotations: readonly Annotation[];
  /** The text's label; null when three annotators disagree. */
  readonly textLabel: SentimentLabel | null;
  /** The image's label; null when three annotators disagree. */
  readonly imageLabel: SentimentLabel | null;
  /** The post's label under the rule, or null. */
  readonly label: SentimentLabel | null;
  /** Why there is no label, or null. */
  readonly dropped: DropReason | null;
  /** What is wrong with its files, or null; files of dropped posts are not looked at. */
  readonly problem: string | null;
  /** The bytes of the text file, or null. */
  readonly textBytes: Uint8Array | null;
  /** The path of the image file. */
  readonly imagePath: string;
  /** What the image file says of itself, or null. */
  readonly image: InspectedImage | null;
}

/**
 * Streams the posts of an MVSA data set in the order of the labels file, each held against the label rule and its files.
 *
 * Memory does not grow with the data set, except for a number for each id; nothing is decoded unless asked for.
 *
 * @param directory the folder that holds `labelResultAll.txt` and `data`
 * @throws {@link DataError} for another layout, and with file and line for a malformed row. A post with a bad file throws
 *   nothing: its `problem` says what is wrong.
 * @throws {@link OptionError} for an unknown option or option value, and when `directory` is no path.
 * @throws {@link DependencyError} when the optional package sharp is needed and absent or broken.
 * @example
 * ```ts
 * import { validatePairs } from 'mvsa-fusion/data';
 *
 * for await (const { id, line, problem } of validatePairs('./MVSA_Single', { decodeImages: true })) {
 *   if (problem !== null) console.log(`line ${line}, post ${id}: ${problem}`);
 * }
 * ```
 */
export async function* validatePairs(
  directory: string,
  options: ValidatePairsOptions = {},
): AsyncGenerator<ValidatedPost, void> {
  checkOptionNames('validatePairs', options, VALIDATE_PAIRS_OPTION_NAMES);
  const { labelRule = 'merged', decodeImages = false, signal } = options;
  checkOption('variant', options.variant, Object.keys(LABELS_HEADERS));
  checkOption('labelRule', labelRule, LABEL_RULES);
  checkOption('duplicateIds', options.duplicateIds, ['error', 'keep-first']);
  await checkLayout(directory);

  const rows = readLabels(join(directory, LABELS_FILE), options);
  yield* mapInOrder(rows, OPEN_FILES, async ({ line, id, annotations }): Promise<ValidatedPost> => {
    signal?.throwIfAborted();
    const { textLabel, imageLabel, outcome } = applyLabelRule(annotations, labelRule);
    const imagePath = join(directory, 'data', `${id}.jpg`);
    const labels = { id, line, annotations, textLabel, imageLabel, imagePath };
    if ('dropped' in outcome) {
      const nothing = { label: null, problem: null, textBytes: null, image: null };
      return { ...labels, ...nothing, dropped: outcome.dropped };
    }
    const text = await readText(join(directory, 'data', `${id}.txt`));
    const image = await inspectImage(imagePath, { decode: decodeImages });
    return {
      ...labels,
      label: outcome.label,
      dropped: null,
      problem: text.problem ?? ('problem' in image ? imageProblem(image) : null),
      textBytes: text.bytes,
      image: 'problem' in image ? null : image,
    };
  });
}

async function readText(path: string): Promise<{ bytes: Uint8Array | null; problem: string | null }> {
  try {
    const { size } = await stat(path);
    if (size === 0) return { bytes: null, problem: 'empty text file' };
    if (size > MAX_TEXT_BYTES) return { bytes: null, problem: `text file of ${size} bytes` };
    return { bytes: await readFile(path), problem: null };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { bytes: null, problem: code === 'ENOENT' ? 'no text file' : `text file not readable: ${code}` };
  }
}

function checkOption(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    const names = allowed.map((one) => `'${one}'`).join(', ');
    throw new OptionError(`${name}: expected one of ${names}, received '${value}'.`);
  }
}

/**
 * Checks that a directory is laid out as MVSA is, before anything in it is read.
 *
 * @throws {@link OptionError} when it is no path.
 * @throws {@link DataError} in one line that names the directory, what was expected, and where it may be instead
 */
async function checkLayout(directory: string): Promise<void> {
  const expected = `expected an MVSA directory (${LABELS_FILE} beside a folder data)`;
  if (typeof directory !== 'string' || directory === '') {
    throw new OptionError(
      `directory: expected the path of an MVSA directory, received ${JSON.stringify(directory)}.`,
    );
  }
  const kind = await kindOf(directory);
  if (kind === 'nothing') throw new DataError(`${directory}: ${expected}, received a path where nothing is.`);
  if (kind === 'file') throw new DataError(`${directory}: ${expected}, received a file.`);

  if ((await kindOf(join(directory, LABELS_FILE))) !== 'file') {
    const entries = await readdir(directory);
    const received = entries.length === 0 ? 'an empty directory' : `a directory without ${LABELS_FILE}`;
    const found = await childWithLabels(directory, entries);
    const hint = found === null ? '' : ` Did you mean ${found}?`;
    throw new DataError(`${directory}: ${expected}, received ${received}.${hint}`);
  }
  if ((await kindOf(join(directory, 'data'))) !== 'directory') {
    throw new DataError(`${directory}: ${expected}, received a directory without the folder data.`);
  }
}

async function kindOf(path: string): Promise<'file' | 'directory' | 'nothing'> {
  const found = await stat(path).catch(() => null);
  if (found === null) return 'nothing';
  return found.isDirectory() ? 'directory' : 'file';
}

async function childWithLabels(directory: string, entries: readonly string[]): Promise<string | null> {
  for (const entry of entries) {
    const child = join(directory, entry);
    if ((await kindOf(join(child, LABELS_FILE))) === 'file') return child;
  }
  return null;
}
