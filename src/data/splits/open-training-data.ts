import { OptionError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { INTEGER, integerFrom, oneOf, rule, SHARE, TEXT } from '../../options/rules';
import { type Progress, SENTIMENT_LABELS } from '../../types';
import { LABEL_RULES, type LabelRule } from '../mvsa/label-rule';
import type { MvsaVariant } from '../mvsa/labels-file';
import { openMvsa } from '../mvsa/open-mvsa';
import { openPosts } from '../posts/open-posts';
import type { LabelledPost } from '../posts/post';
import { POSTS_FILE_OPTIONS, type PostsFileOptions } from '../posts/read-posts';
import { isPostsFile } from '../posts/rows/sniff-posts-file';
import type { SkippedPost } from '../posts/skipped-post';
import { createSampleMvsa } from '../sample/create-sample-mvsa';
import { checkSplitClasses } from './assign-parts';
import { findDuplicates } from './duplicates/find-duplicates';
import { readSplit, type SplitFiles, type SplittableDataset } from './files/read-split';
import { splitPairs } from './split-pairs';

/** Options of {@link openTrainingData}: the data and their split, by what a command line can say. */
export interface TrainingDataOptions extends Omit<PostsFileOptions, 'signal'> {
  /** An MVSA folder, or a file of posts of your own: `.csv`, `.tsv`, `.jsonl`. */
  readonly data?: string;
  /** Write and use a sample data set of so many posts instead. */
  readonly sample?: number;
  /**
   * Where the sample data set is written.
   * @defaultValue `'sample'`
   */
  readonly sampleDirectory?: string;
  /**
   * Which MVSA.
   * @defaultValue what the labels file says
   */
  readonly variant?: MvsaVariant;
  /**
   * How the label of an MVSA post is made of its text's and its image's.
   * @defaultValue `'merged'`
   */
  readonly labelRule?: LabelRule;
  /**
   * A published split: a name, `DIR/splits/NAME.{train,validation,test}.txt`, or two or three files of ids.
   * @defaultValue 70/15/15, stratified, copies of a post kept together
   */
  readonly split?: string | readonly string[];
  /**
   * Decides the split, and the sample data set.
   * @defaultValue 0
   */
  readonly seed?: number;
  /**
   * The share of posts that may be unusable, in [0, 1]; more are an error, since a wrong column or folder looks so.
   * @defaultValue 0.01
   */
  readonly maxSkippedShare?: number;
  /**
   * Whether a row whose id came before is an error, or passed over.
   * @defaultValue `'error'`
   */
  readonly duplicateIds?: 'error' | 'keep-first';
  /** Called as posts are drawn, opened and compared. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the work, with the signal's reason as error. */
  readonly signal?: AbortSignal;
}

const { signal: _signal, ...columns } = POSTS_FILE_OPTIONS;

const TABLE = {
  data: {
    rule: TEXT,
    help: 'MVSA folder (labelResultAll.txt beside data/ID.jpg and data/ID.txt), or your posts: a .csv or .jsonl file',
    placeholder: 'dir|file',
  },
  sample: {
    rule: integerFrom(100),
    help: 'write and use a sample data set of so many posts, at least 100, instead; needs no download',
    placeholder: 'posts',
  },
  sampleDirectory: { default: 'sample', rule: TEXT },
  variant: {
    rule: oneOf('single', 'multiple'),
    help: 'which MVSA (default: what the labels file says)',
  },
  labelRule: {
    rule: oneOf(...LABEL_RULES),
    help: "how an MVSA post's label is made of its text's and its image's (default: merged)",
  },
  split: {
    rule: rule('a name, or two or three files', (value) => [value].flat().every(TEXT.accepts)),
    help: 'DIR/splits/NAME.{train,validation,test}.txt, or 2 or 3 files of ids (default: 70/15/15, of a sample 60/10/30, stratified, copies kept together)',
    placeholder: 'name|file...',
  },
  ...columns,
  maxSkippedShare: {
    rule: SHARE,
    help: 'share of posts that may be unusable; more are an error (default: 0.01)',
  },
  duplicateIds: {
    rule: oneOf('error', 'keep-first'),
    help: 'whether a row whose id came before is an error (the default) or passed over',
  },
  seed: { default: 0, rule: INTEGER },
  onProgress: {},
  signal: {},
} as const satisfies OptionTable<TrainingDataOptions>;

/** All options of {@link openTrainingData}: their defaults and checks, and the flags of command lines. */
export const TRAINING_DATA_OPTIONS: OptionTable<TrainingDataOptions> = TABLE;

/** Labelled posts, and their parts. */
export interface TrainingData {
  /** The folder or file. */
  readonly name: string;
  /** What MVSA's posts are: absent of your own. */
  readonly mvsa?: {
    /** Which data set. */
    readonly variant: MvsaVariant | 'sample';
    /** How their labels were made. */
    readonly labelRule: LabelRule;
    /** Of the text files. */
    readonly encoding: string;
  };
  /** How many posts there are, for people: `4061 posts kept, 808 dropped (merged), utf-8`. */
  readonly summary: string;
  /** The classes, in the order of every class axis. */
  readonly classNames: readonly string[];
  /** The posts to learn from, to choose by, and to report on; the last may be none. */
  readonly split: Readonly<Record<'train' | 'validation' | 'test', readonly LabelledPost[]>>;
  /** Posts to which the label rule gives no label. */
  readonly dropped: number;
  /** Posts that cannot be used. */
  readonly skipped: readonly SkippedPost[];
}

/**
 * Opens MVSA, a file of your own posts, or a sample data set that it writes first, and splits it: what a program that trains begins with.
 *
 * @throws {@link OptionError} when an option is unknown, out of range or without effect, without data, and when a part lacks a class
 * @throws {@link DataError} as `openMvsa`, `openPosts` and `readSplit` do
 * @throws the signal's reason when it aborts
 * @example
 * ```ts
 * import { openTrainingData } from 'mvsa-fusion/data';
 *
 * const { classNames, split } = await openTrainingData({ data: './posts.csv', text: 'tweet', seed: 7 });
 * console.log(classNames, split.train.length, split.validation.length, split.test.length);
 * ```
 */
export async function openTrainingData(options: TrainingDataOptions): Promise<TrainingData> {
  const settings = resolveOptions('openTrainingData', options, TABLE);
  const { data, sample, sampleDirectory, split: names, seed, onProgress, signal } = settings;
  if ((data === undefined) === (sample === undefined)) {
    throw new OptionError(
      'openTrainingData: expected either data (--data), a folder or file, or sample (--sample), received ' +
        `${data === undefined ? 'neither' : 'both'}.`,
    );
  }
  const listeners = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const { posts, dataset, ...opened } =
    data !== undefined && (await isPostsFile(data))
      ? await openOwn(data, settings, listeners)
      : await openFolder(data ?? sampleDirectory, settings, listeners);
  const named = names === undefined ? [] : [names].flat();
  const [name] = named;
  const split =
    name === undefined
      ? splitPairs(posts, {
          ratios: sample ? [0.6, 0.1, 0.3] : [0.7, 0.15, 0.15],
          // Copies of a post must not stand on both sides; drawn faces look alike and are no copies.
          groupDuplicates: await findDuplicates(posts, { images: sample ? 'bytes' : 'near', ...listeners }),
          seed,
        })
      : // How many files there are is for readSplit to check.
        await readSplit(dataset, named.length === 1 ? name : (named as readonly string[] as SplitFiles));
  const { train, validation, test } = split;
  for (const [part, some] of Object.entries({ train, validation })) {
    if (some.length > 0) continue;
    throw new OptionError(`${opened.name}: the ${part} split is empty; it needs posts to train on.`);
  }
  checkSplitClasses({ train, validation, test }, { classNames: opened.classNames });
  return { ...opened, split: { train, validation, test } };
}

type Listeners = Pick<TrainingDataOptions, 'onProgress' | 'signal'>;
type Opened = Omit<TrainingData, 'split'> & {
  readonly posts: readonly LabelledPost[];
  readonly dataset: SplittableDataset<LabelledPost>;
};

async function openOwn(file: string, options: TrainingDataOptions, listeners: Listeners): Promise<Opened> {
  refuse(options, ['variant', 'labelRule'], `the file ${file}`, 'an MVSA folder');
  const given = Object.keys(columns) as (keyof typeof columns)[];
  const reading = Object.fromEntries(
    given.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  const dataset = await openPosts(file, { ...reading, ...strictnessOf(options), ...listeners });
  const { posts, classNames, skipped } = dataset;
  const summary = `${posts.length} posts kept, ${skipped.length} skipped, ${classNames.length} classes`;
  return { name: file, posts, dataset, summary, classNames, skipped, dropped: 0 };
}

/** What both kinds of data take alike. */
function strictnessOf({ maxSkippedShare, duplicateIds }: TrainingDataOptions) {
  return {
    ...(maxSkippedShare !== undefined && { maxSkippedShare }),
    ...(duplicateIds !== undefined && { duplicateIds }),
  };
}

async function openFolder(
  directory: string,
  options: TrainingDataOptions,
  listeners: Listeners,
): Promise<Opened> {
  const { sample, seed = 0, variant, labelRule = 'merged' } = options;
  refuse(
    options,
    Object.keys(columns) as (keyof typeof columns)[],
    `the MVSA folder ${directory}`,
    'a CSV file or JSON lines',
  );
  if (sample !== undefined) {
    const { onProgress } = listeners;
    await createSampleMvsa(directory, { pairs: sample, seed, ...(onProgress && { onProgress }) });
  }
  const dataset = await openMvsa(directory, {
    ...(variant && { variant }),
    labelRule,
    ...strictnessOf(options),
  });
  const { encoding, dropped, skipped, pairs } = dataset;
  return {
    name: directory,
    mvsa: { variant: sample ? 'sample' : dataset.variant, labelRule, encoding },
    posts: pairs,
    dataset,
    summary: `${pairs.length} posts kept, ${dropped.length} dropped (${labelRule}), ${encoding}`,
    classNames: [...SENTIMENT_LABELS],
    skipped,
    dropped: dropped.length,
  };
}

function refuse(
  options: TrainingDataOptions,
  names: readonly (keyof TrainingDataOptions)[],
  received: string,
  expected: string,
): void {
  const useless = names.find((name) => options[name] !== undefined);
  if (useless === undefined) return;
  throw new OptionError(
    `openTrainingData: expected ${expected} beside ${useless}, received ${received}. Leave ${useless} out.`,
  );
}
