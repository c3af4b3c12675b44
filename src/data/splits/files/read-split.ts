import { DataError, OptionError } from '../../../errors';
import { checkOptionNames, kindOf } from '../../../options/check-option-names';
import type { LabelRule } from '../../mvsa/label-rule';
import type { MvsaPair } from '../../mvsa/mvsa-dataset';
import { classNamesOf } from '../../posts/class-names';
import type { LabelledPost } from '../../posts/post';
import type { SkippedPost } from '../../posts/skipped-post';
import type { PairSplits } from '../split-pairs';
import { postsOf, type SplitSource } from '../split-source';
import { findSplitFiles, SPLIT_PARTS } from './split-files';
import {
  type PairListRow,
  pairListOf,
  readPairList,
  readSplitEntries,
  type SplitEntry,
} from './split-formats';
import {
  checkLabelCodes,
  compareLabels,
  decodeLabel,
  isLabelCode,
  type LabelCodes,
  type LabelMismatch,
  pairListCodes,
} from './split-labels';

/** A split as published, matched with the posts that are there. */
export interface ReadSplit<P extends LabelledPost = MvsaPair> extends PairSplits<P> {
  /** Ids that the files list but the data set cannot use: dropped or skipped posts. */
  readonly missing: string[];
  /** Posts whose label in the files differs from the data set's; empty where the files give no labels. */
  readonly labelMismatches: LabelMismatch[];
}

/** Options of {@link readSplit}. */
export interface ReadSplitOptions {
  /**
   * Whether the numbers in the files are positions, from 0, instead of ids: positions among all posts with a label, in the
   * order of the labels file, unless `pairList` names another list.
   * @defaultValue `false`; `true` with `pairList`
   */
  readonly indices?: boolean;
  /** The path of the pair list to which positions point: a row `ID,LABEL,TEXT_LABEL,IMAGE_LABEL` a post. */
  readonly pairList?: string;
  /**
   * The names of the label codes 0, 1, 2 and so on.
   * @defaultValue the class names in their order, so for MVSA positive, neutral, negative; for its pair lists neutral, positive,
   * negative: both as published
   */
  readonly labelCodes?: LabelCodes;
  /**
   * The largest share of labels, in [0, 1], that may differ from the data set's; more is an error.
   * @defaultValue `0.05`: published lists differ in single posts, a wrong order of codes in a third or more
   */
  readonly maxLabelMismatchShare?: number;
}

const OPTION_NAMES: Readonly<Record<keyof ReadSplitOptions, true>> = {
  indices: true,
  pairList: true,
  labelCodes: true,
  maxLabelMismatchShare: true,
};

/** A data set that a split can be read for: what `openMvsa` or `openPosts` gives. */
export interface SplittableDataset<P extends LabelledPost> extends SplitSource<P> {
  /** The folder that holds the folder `splits`. */
  readonly directory: string;
  /** Posts that cannot be used. */
  readonly skipped: readonly SkippedPost[];
  /** Posts to which MVSA's label rule gives no label. */
  readonly dropped?: readonly {
    /** The post's id. */
    readonly id: string;
  }[];
  /** The rule of an MVSA data set. */
  readonly labelRule?: LabelRule;
}

/** The paths of a split's files. */
export type SplitFiles = readonly [train: string, validation: string, test?: string];

/**
 * Reads a split that was fixed by others.
 *
 * The shape of a file is told by its content: lines of ids; a JSON list of ids; a JSON list, or JSON lines, of objects with
 * `id` and `emotion_label`. Lists of positions look like ids, so `indices` or `pairList` must say so. An id may be a number, a
 * string, or the name of a file (`1234.jpg`). Labels in the files are compared with the data set's, never taken.
 *
 * @param dataset the opened data set that the ids belong to: MVSA, or a file of your own posts, in whose folder `splits` stands
 * @param nameOrFiles a name, for `splits/NAME.{train,validation,test}.{txt,json,jsonl}` in the data set's directory, where the
 *   test file may be absent; or the paths of the files of train, validation and, if there is one, test
 * @returns the pairs of each split in the files' order, the ids that were left out, and labels that differ
 * @throws {@link DataError} for an unknown name (lists those available), a file that cannot be read, and, with file and line,
 *   a malformed entry, an id that the labels file does not list or that was listed before, a position out of range; also when
 *   too many labels differ (names the order of codes that fits)
 * @throws {@link OptionError} for an unknown option, an option out of range, and another number of files
 * @example
 * ```ts
 * import { openMvsa, readSplit } from 'mvsa-fusion/data';
 *
 * const dataset = await openMvsa('./MVSA_Single');
 * const { train, validation, missing } = await readSplit(dataset, ['./my-train.txt', './my-validation.txt']);
 * console.log(train.length, validation.length, missing);
 *
 * const files = ['./splits/train_1.txt', './splits/val_1.txt', './splits/test_1.txt'] as const;
 * const { test } = await readSplit(dataset, files, { pairList: './valid_pairlist.txt' });
 * console.log(test.length);
 * ```
 */
export async function readSplit<P extends LabelledPost>(
  dataset: SplittableDataset<P>,
  nameOrFiles: string | SplitFiles,
  options: ReadSplitOptions = {},
): Promise<ReadSplit<P>> {
  checkOptionNames('readSplit', options, OPTION_NAMES);
  checkFiles(nameOrFiles);
  const { pairList, maxLabelMismatchShare = 0.05 } = options;
  const isByPosition = options.indices ?? pairList !== undefined;
  const posts = postsOf(dataset);
  const classNames = dataset.classNames ?? classNamesOf(posts.map(({ label }) => label));
  const codes = options.labelCodes ?? (isByPosition ? pairListCodes(classNames) : classNames);
  checkLabelCodes(codes, classNames);
  if (!(maxLabelMismatchShare >= 0 && maxLabelMismatchShare <= 1)) {
    throw new OptionError(
      `maxLabelMismatchShare: expected a share from 0 to 1, received ${maxLabelMismatchShare}.`,
    );
  }
  if (pairList !== undefined && !isByPosition) {
    throw new OptionError('indices: expected true, or nothing, beside a pairList, received false.');
  }
  if (isByPosition && pairList === undefined && dataset.pairs === undefined) {
    throw new OptionError(
      'indices: expected ids in the split of your own posts, received positions. Name the list they point to with pairList.',
    );
  }

  const files =
    typeof nameOrFiles === 'string' ? await findSplitFiles(dataset.directory, nameOrFiles) : nameOrFiles;
  const list = !isByPosition
    ? null
    : {
        rows: await (pairList === undefined
          ? pairListOf({ ...dataset, pairs: posts })
          : readPairList(pairList)),
        name: pairList ?? dataset.directory,
      };
  const entries: [part: (typeof SPLIT_PARTS)[number], entry: SplitEntry][] = [];
  for (const [index, part] of SPLIT_PARTS.entries()) {
    const file = files[index];
    if (file === undefined) continue;
    for (const entry of await readSplitEntries(file)) entries.push([part, pointed(entry, list)]);
  }
  const { splits, missing, labels } = matchEntries(entries, dataset, classNames, codes, isByPosition);
  const labelMismatches = compareLabels(labels, {
    files: files.flatMap((file) => file ?? []),
    codes: entries.some(([, { label }]) => isLabelCode(label, classNames)) ? codes : null,
    classNames,
    labelRule: dataset.labelRule,
    maxShare: maxLabelMismatchShare,
  });
  return { ...splits, missing, labelMismatches };
}

function checkFiles(nameOrFiles: unknown): void {
  if (typeof nameOrFiles === 'string') return;
  const files = Array.isArray(nameOrFiles) ? nameOrFiles : [];
  if (files.length >= 2 && files.length <= 3 && files.slice(0, 2).every((file) => typeof file === 'string'))
    return;
  throw new OptionError(
    `split: expected its name, or 2 or 3 files (train, validation and, if there is one, test), received ${
      files.length === 0 ? kindOf(nameOrFiles) : `${files.length}: ${files.join(', ')}`
    }.`,
  );
}

/** Finds the posts of the entries, which must be of the data set and each once. */
function matchEntries<P extends LabelledPost>(
  entries: readonly (readonly [part: (typeof SPLIT_PARTS)[number], entry: SplitEntry])[],
  dataset: SplittableDataset<P>,
  classNames: readonly string[],
  codes: LabelCodes,
  isByPosition: boolean,
) {
  const pairOfId = new Map(postsOf(dataset).map((pair) => [pair.id, pair]));
  const unusable = new Set([...(dataset.dropped ?? []), ...dataset.skipped].map(({ id }) => id));
  const bareId = (id: string) =>
    pairOfId.has(id) || unusable.has(id) ? id : id.replace(/\.(?:jpe?g|png|txt)$/i, '');

  const splits = { train: [] as P[], validation: [] as P[], test: [] as P[] };
  const missing: string[] = [];
  const unknown: SplitEntry[] = [];
  const labels: LabelMismatch[] = [];
  const placeOfId = new Map<string, string>();
  for (const [part, entry] of entries) {
    const id = bareId(entry.id);
    const earlier = placeOfId.get(id);
    if (earlier !== undefined) {
      throw new DataError(`${entry.place}: id "${id}" stands in ${earlier} already; expected each id once.`);
    }
    placeOfId.set(id, entry.place);
    const fileLabel =
      entry.label === null
        ? null
        : decodeLabel(entry.label, codes, classNames, entry.labelPlace ?? entry.place);
    const pair = pairOfId.get(id);
    if (pair) {
      splits[part].push(pair);
      if (fileLabel !== null) labels.push({ id, fileLabel, datasetLabel: pair.label });
    } else if (unusable.has(id)) missing.push(id);
    else unknown.push(entry);
  }
  checkUnknown(unknown, dataset.directory, isByPosition);
  return { splits, missing, labels };
}

/** The entry of the pair list to which a position points; without a list the entry itself. */
function pointed(
  entry: SplitEntry,
  list: { readonly rows: readonly PairListRow[]; readonly name: string } | null,
): SplitEntry {
  if (list === null) return entry;
  const { id, label, place } = entry;
  const row = /^\d+$/.test(id) && label === null ? list.rows[Number(id)] : undefined;
  if (row === undefined) {
    throw new DataError(
      `${place}: expected a position from 0 to ${list.rows.length - 1} in the pair list of ${list.name}, ` +
        `received "${id}"${label === null ? '' : ' with a label'}.`,
    );
  }
  return { place, id: row.id, label: row.label, labelPlace: row.place };
}

function checkUnknown(unknown: readonly SplitEntry[], directory: string, isByPosition: boolean): void {
  const [first] = unknown;
  if (first === undefined) return;
  const others = unknown.slice(1, 4).map(({ id, place }) => `"${id}" (${place})`);
  throw new DataError(
    `${first.place}: expected an id of the data set in ${directory}, received "${first.id}"` +
      (others.length === 0
        ? '. '
        : `; ${unknown.length} ids are unknown, also ${others.join(', ')}${unknown.length > 4 ? ' and more' : ''}. `) +
      (isByPosition
        ? 'Use the pair list that the positions were made for.'
        : 'Use the split of this data set; for positions in a list instead of ids set indices or pairList.'),
  );
}
