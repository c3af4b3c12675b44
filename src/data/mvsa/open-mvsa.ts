import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { type Progress, SENTIMENT_LABELS } from '../../types';
import type { InspectedImage } from '../images/image-header';
import { checkSkipped, type SkippedPost } from '../posts/skipped-post';
import type { DroppedPost, MvsaDataset, MvsaPair } from './mvsa-dataset';
import { summarizeMvsa } from './summarize-mvsa';
import { decideEncoding, decodeText, type TextEncoding } from './text-encoding';
import {
  VALIDATE_PAIRS_OPTION_NAMES,
  type ValidatedPost,
  type ValidatePairsOptions,
  validatePairs,
} from './validate-pairs';

/** Options of {@link openMvsa}. */
export interface OpenMvsaOptions extends ValidatePairsOptions {
  /**
   * The encoding of the text files. `'auto'` decides over all of them: UTF-8 when most that are not ASCII are valid
   * UTF-8, else GB18030.
   * @defaultValue `'auto'`
   */
  readonly textEncoding?: 'auto' | TextEncoding;
  /**
   * The largest share of labelled posts that may be skipped because of their files, in [0, 1]; more is an error.
   * @defaultValue `0.01`
   */
  readonly maxSkippedShare?: number;
  /** Called after each row of the labels file, stage `'read posts'`; how many there are is known at the end. */
  readonly onProgress?: (progress: Progress) => void;
}

const OPTION_NAMES: Readonly<Record<keyof OpenMvsaOptions, true>> = {
  ...VALIDATE_PAIRS_OPTION_NAMES,
  textEncoding: true,
  maxSkippedShare: true,
  onProgress: true,
};

/**
 * Opens an MVSA data set as it is distributed: `labelResultAll.txt` beside a folder `data` of `ID.jpg` and `ID.txt`.
 *
 * Texts are read at once; of each image file the head and the tail are looked at, and pixels are decoded when they are
 * needed. By the default rule the label of a post is merged from those of its text and its image: equal labels stay,
 * neutral yields to a polar label, and a post that is positive in one and negative in the other is dropped. Posts with a
 * missing, empty, damaged or wrongly typed file are skipped and listed.
 *
 * @param directory the folder that holds `labelResultAll.txt`
 * @throws {@link DataError} when the directory is missing or has another layout, a line of the labels file is malformed
 *   (names the line), there are no posts, or more posts than `maxSkippedShare` had to be skipped (lists the reasons).
 * @throws {@link OptionError} for an unknown option or option value, and when `directory` is no path.
 * @throws {@link DependencyError} when the optional package sharp is needed and absent or broken.
 * @example
 * ```ts
 * import { openMvsa } from 'mvsa-fusion/data';
 *
 * const dataset = await openMvsa('./MVSA_Single', { variant: 'single', labelRule: 'merged' });
 * console.log(dataset.summary().classes, dataset.pairs[0]?.text);
 * ```
 * @see Niu et al. 2016, "Sentiment Analysis on Multi-view Social Data"; the merged label: Xu and Mao 2017, "MultiSentiNet"
 */
export async function openMvsa(directory: string, options: OpenMvsaOptions = {}): Promise<MvsaDataset> {
  checkOptionNames('openMvsa', options, OPTION_NAMES);
  const { textEncoding = 'auto', maxSkippedShare = 0.01, onProgress, ...fileOptions } = options;
  const { labelRule = 'merged' } = fileOptions;
  if (!['auto', 'gb18030', 'utf-8'].includes(textEncoding)) {
    throw new OptionError(`textEncoding: expected 'auto', 'gb18030' or 'utf-8', received '${textEncoding}'.`);
  }
  if (!(maxSkippedShare >= 0 && maxSkippedShare <= 1)) {
    throw new OptionError(
      `maxSkippedShare: expected a share from 0 to 1, such as 0.01, received ${maxSkippedShare}.`,
    );
  }

  const posts: ValidatedPost[] = [];
  for await (const post of validatePairs(directory, fileOptions)) {
    posts.push(post);
    onProgress?.({ stage: 'read posts', done: posts.length, total: null });
  }
  const encodingEvidence = decideEncoding(
    posts.flatMap(({ textBytes }) => textBytes ?? []),
    textEncoding,
  );
  const { encoding } = encodingEvidence;

  const pairs: MvsaPair[] = [];
  const dropped: DroppedPost[] = [];
  const skipped: SkippedPost[] = [];
  const images = new Map<string, InspectedImage>();
  for (const post of posts) {
    const { id, label, textLabel, imageLabel, imagePath, image } = post;
    if (post.dropped !== null) {
      dropped.push({ id, textLabel, imageLabel, reason: post.dropped });
      continue;
    }
    const text = post.textBytes && decodeText(post.textBytes, encoding);
    const reason = post.problem ?? (text === null ? `text is not valid ${encoding}` : null);
    if (reason !== null) {
      skipped.push({ id, reason });
      continue;
    }
    pairs.push({ id, text, imagePath, textLabel, imageLabel, label } as MvsaPair);
    images.set(id, image as InspectedImage);
  }
  checkSkipped(directory, skipped, pairs.length + skipped.length, maxSkippedShare, {
    posts: 'labelled posts',
    advice: 'Restore the files',
  });

  const annotations = posts.map((post) => post.annotations);
  const variant = annotations[0]?.length === 3 ? 'multiple' : (options.variant ?? 'single');
  const opened = {
    directory,
    variant,
    labelRule,
    encoding,
    encodingEvidence,
    pairs,
    dropped,
    skipped,
    images,
    classNames: SENTIMENT_LABELS,
  };
  return { ...opened, summary: (summaryOptions) => summarizeMvsa(opened, annotations, summaryOptions) };
}
