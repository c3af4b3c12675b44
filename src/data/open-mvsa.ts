import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError } from '../errors';
import { mapConcurrently } from '../map-concurrently';
import type { SentimentLabel } from '../types';
import { checkLayout } from './check-layout';
import { decodeTexts, type TextEncoding } from './decode-texts';
import { LABELS_FILE, type LabelRow, parseLabelsFile } from './labels-file';
import { mergeLabels } from './merge-labels';
import type { DroppedPost, MvsaDataset, MvsaPair, MvsaSummary, SkippedPost } from './mvsa-dataset';

const OPEN_FILES = 32;

/** Options of {@link openMvsa}. */
export interface OpenMvsaOptions {
  /**
   * Which of the two data sets the directory holds.
   * @defaultValue `'single'`
   */
  readonly variant?: 'single' | 'multiple';
  /**
   * The encoding of the text files. `'auto'` takes UTF-8 when all files are valid UTF-8, else GB18030.
   * @defaultValue `'auto'`
   */
  readonly textEncoding?: 'auto' | TextEncoding;
}

/**
 * Opens an MVSA data set as it is distributed: `labelResultAll.txt` beside a folder `data` of `ID.jpg` and `ID.txt`.
 *
 * Texts are read at once, images only when they are needed. The label of a post is merged from the labels of its text and its
 * image: equal labels stay, neutral yields to a polar label, and a post that is positive in one and negative in the other
 * is dropped.
 *
 * @param directory the folder that holds `labelResultAll.txt`
 * @throws {@link DataError} when the directory is missing or has another layout, a line of the labels file is malformed
 *   (names the line), or a text is not valid in the data set's encoding.
 * @throws {@link OptionError} for an unknown option value.
 * @example
 * ```ts
 * import { openMvsa } from 'mvsa-fusion/data';
 *
 * const dataset = await openMvsa('./MVSA_Single');
 * console.log(dataset.summary().classes, dataset.pairs[0]?.text);
 * ```
 * @see Niu et al. 2016, "Sentiment Analysis on Multi-view Social Data"; the merged label: Xu and Mao 2017, "MultiSentiNet"
 */
export async function openMvsa(directory: string, options: OpenMvsaOptions = {}): Promise<MvsaDataset> {
  const { variant = 'single', textEncoding = 'auto' } = options;
  if (variant !== 'single') {
    throw new OptionError(
      `variant: expected 'single', received '${variant}'. Other variants are not supported yet.`,
    );
  }
  if (!['auto', 'gb18030', 'utf-8'].includes(textEncoding)) {
    throw new OptionError(`textEncoding: expected 'auto', 'gb18030' or 'utf-8', received '${textEncoding}'.`);
  }
  await checkLayout(directory);

  const labelsFile = join(directory, LABELS_FILE);
  const rows = parseLabelsFile(await readFile(labelsFile, 'utf8'), labelsFile);
  const posts = await mapConcurrently(rows, OPEN_FILES, (row) => readPost(directory, row));
  const files = new Map(posts.flatMap(({ textPath, bytes }) => (bytes ? [[textPath, bytes]] : [])));
  const { encoding, texts } = decodeTexts(files, textEncoding);

  const pairs: MvsaPair[] = [];
  const dropped: DroppedPost[] = [];
  const skipped: SkippedPost[] = [];
  for (const { row, textPath, imagePath, problem } of posts) {
    const label = mergeLabels(row.textLabel, row.imageLabel);
    if (label === null) dropped.push(row);
    else if (problem !== null) skipped.push({ id: row.id, reason: problem });
    else pairs.push({ ...row, text: texts.get(textPath) as string, imagePath, label });
  }

  const classes: Record<SentimentLabel, number> = { positive: 0, neutral: 0, negative: 0 };
  for (const { label } of pairs) classes[label]++;
  const summary = (): MvsaSummary => ({
    total: rows.length,
    kept: pairs.length,
    classes: { ...classes },
    dropped: dropped.length,
    skipped: skipped.length,
    encoding,
    labelRule: 'merged',
  });
  return { directory, pairs, dropped, skipped, encoding, labelRule: 'merged', summary };
}

/** Reads the text of a post and looks whether its image is there. */
async function readPost(directory: string, row: LabelRow) {
  const textPath = join(directory, 'data', `${row.id}.txt`);
  const imagePath = join(directory, 'data', `${row.id}.jpg`);
  const bytes = await nullIfAbsent(readFile(textPath));
  const image = await nullIfAbsent(stat(imagePath));

  let problem: SkippedPost['reason'] | null = null;
  if (bytes === null) problem = 'no text file';
  else if (bytes.length === 0) problem = 'empty text file';
  else if (image === null) problem = 'no image file';
  else if (image.size === 0) problem = 'empty image file';
  return { row, textPath, imagePath, bytes, problem };
}

async function nullIfAbsent<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
