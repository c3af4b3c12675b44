import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mapConcurrently } from '../../concurrency';
import { DataError, OptionError } from '../../errors';
import { loadOptional } from '../../load-optional';
import { checkOptionNames } from '../../options/check-option-names';
import { createRandom, deriveSeed } from '../../random';
import type { Progress } from '../../types';
import { LABELS_FILE, LABELS_HEADERS } from '../mvsa/labels-file';
import { faceSvg } from './face-svg';
import { drawSampleLabels } from './sample-bayes';
import { writeSentence } from './write-sentence';

/** Raised whenever the same seed no longer gives the same sample. */
const GENERATOR_VERSION = 1;
const RENDERED_AT_ONCE = 8;
// The first marks a sample that is being written; it is renamed to the second when all is there.
const UNFINISHED_MARK = 'sample.unfinished.json';
const FINISHED_MARK = 'sample.json';

/** Options of {@link createSampleMvsa}. */
export interface CreateSampleMvsaOptions {
  /** How many posts to write, at least 1. About a third are conflicts, which `openMvsa` drops. */
  readonly pairs: number;
  /**
   * Seeds everything that is drawn. A pair depends on the seed and its id alone, so a larger sample begins with the smaller.
   * @defaultValue `0`
   */
  readonly seed?: number;
  /** Called after each written pair, stage `'sample'`. */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Writes a sample data set in the layout of MVSA-Single, drawn and worded from nothing: no download, no real posts.
 *
 * Each image is a face that smiles, frowns or does neither; each text is a tweet of positive, negative, neutral or mixed
 * wording. Both are drawn independently, positive 0.4, neutral 0.2 and negative 0.4; then each written label is flipped with
 * probability 0.03. After conflicts are dropped, neither text nor image alone tells the label, and both together nearly do.
 *
 * @remarks The best that any classifier can reach over kept posts, by exact enumeration (`sampleBayesAccuracy`):
 *
 * | sees | accuracy | macro-F1 |
 * |---|---|---|
 * | nothing (majority class) | 0.4690 | 0.2128 |
 * | text only | 0.8054 | 0.5546 |
 * | image only | 0.8054 | 0.5546 |
 * | text and image | 0.9685 | 0.9525 |
 *
 * @param directory an absent or empty directory; one that holds this very sample already is left as it is, and one in which
 *   writing it was cut short is written again
 * @throws {@link DataError} when the directory holds anything else.
 * @throws {@link OptionError} when an option is unknown, and when `pairs` is not a positive whole number.
 * @throws {@link DependencyError} when the optional package sharp is absent or broken.
 * @example
 * ```ts
 * import { createSampleMvsa, openMvsa } from 'mvsa-fusion/data';
 *
 * await createSampleMvsa('./sample', { pairs: 2000, seed: 7 });
 * const dataset = await openMvsa('./sample');
 * console.log(dataset.summary());
 * ```
 */
export async function createSampleMvsa(directory: string, options: CreateSampleMvsaOptions): Promise<void> {
  checkOptionNames('createSampleMvsa', options, { pairs: true, seed: true, onProgress: true });
  const { pairs, seed = 0, onProgress } = options;
  if (!Number.isInteger(pairs) || pairs < 1) {
    throw new OptionError(`pairs: expected a positive whole number, received ${pairs}.`);
  }
  const mark = `${JSON.stringify({ generator: GENERATOR_VERSION, pairs, seed })}\n`;
  if ((await inspect(directory, mark)) === 'finished') return;

  const { default: sharp } = await loadOptional<typeof import('sharp')>('sharp', 'to draw the sample images');
  await mkdir(join(directory, 'data'), { recursive: true });
  await writeFile(join(directory, UNFINISHED_MARK), mark);

  let done = 0;
  const ids = Array.from({ length: pairs }, (_, index) => index + 1);
  const rows = await mapConcurrently(ids, RENDERED_AT_ONCE, async (id) => {
    const random = createRandom(deriveSeed(seed, id));
    const { wording, face, textLabel, imageLabel } = drawSampleLabels(random);
    const sentence = writeSentence(wording, random);
    const image = await sharp(Buffer.from(faceSvg(face, random)))
      .jpeg()
      .toBuffer();
    await writeFile(join(directory, 'data', `${id}.txt`), `${sentence}\n`);
    await writeFile(join(directory, 'data', `${id}.jpg`), image);
    onProgress?.({ stage: 'sample', done: ++done, total: pairs });
    return `${id}\t${textLabel},${imageLabel}\n`;
  });
  await writeFile(join(directory, LABELS_FILE), `${LABELS_HEADERS.single}\n${rows.join('')}`);
  await rename(join(directory, UNFINISHED_MARK), join(directory, FINISHED_MARK));
}

/** Whether a directory holds the marked sample already or may be written to; never overwrites what is not this sample. */
async function inspect(directory: string, mark: string): Promise<'finished' | 'writable'> {
  const entries = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new DataError(`${directory}: expected a directory to write a sample to: ${error.message}`, {
      cause: error,
    });
  });
  if (entries.length === 0) return 'writable';

  const found = [FINISHED_MARK, UNFINISHED_MARK].find((name) => entries.includes(name));
  const received = found === undefined ? 'other files' : await readFile(join(directory, found), 'utf8');
  if (received === mark) return found === FINISHED_MARK ? 'finished' : 'writable';
  throw new DataError(
    `${directory}: expected an empty directory or the sample ${mark.trim()}, received ${received.trim()}. Choose another directory or empty this one.`,
  );
}
