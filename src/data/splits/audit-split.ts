import { OptionError } from '../../errors';
import { checkOptionNames, kindOf } from '../../options/check-option-names';
import { classNamesOf } from '../posts/class-names';
import type { LabelledPost } from '../posts/post';
import type { ClassCounts } from '../posts/posts-summary';
import type { SkippedPost } from '../posts/skipped-post';
import { countClasses } from '../posts/summarize-posts';
import {
  type DuplicateGroups,
  FIND_DUPLICATES_OPTION_NAMES,
  type FindDuplicatesOptions,
} from './duplicates/duplicate-groups';
import { findDuplicates } from './duplicates/find-duplicates';
import { SPLIT_PARTS } from './files/split-files';
import { groupBy } from './grouping';
import { postsOf, type SplitSource } from './split-source';

/** Which parts a model knows before it is judged on another. */
const LEAKS: readonly (readonly [part: SplitPart, twinsIn: SplitPart])[] = [
  ['validation', 'train'],
  ['test', 'train'],
  ['test', 'validation'],
];

/** Options of {@link auditSplit}. */
export interface AuditSplitOptions extends FindDuplicatesOptions {
  /**
   * Duplicates that were found before, over all posts of the split; the other options are then without effect.
   * @defaultValue the result of `findDuplicates` on the split's posts
   */
  readonly duplicates?: DuplicateGroups;
}

const OPTION_NAMES: Readonly<Record<keyof AuditSplitOptions, true>> = {
  ...FIND_DUPLICATES_OPTION_NAMES,
  duplicates: true,
};

/**
 * Looks for what makes the figures of a split untrue: posts that a model has seen before, twins with different labels,
 * classes that are absent or unevenly spread.
 *
 * @param dataset the data set that was split
 * @param split its parts, of which `test` may be left out
 * @throws {@link OptionError} when the data set or a part of the split is something else, and for an unknown option.
 * @throws what `findDuplicates` throws
 * @example
 * ```ts
 * import { auditSplit, openMvsa, readSplit } from 'mvsa-fusion/data';
 *
 * const dataset = await openMvsa('./MVSA_Single');
 * const { leaks } = await auditSplit(dataset, await readSplit(dataset, 'clmlf-fold-1'), { images: 'bytes' });
 * for (const { part, twinsIn, any, share } of leaks) {
 *   console.log(`${any} posts of ${part} (${(100 * share).toFixed(1)}%) have a twin in ${twinsIn}`);
 * }
 * ```
 */
export async function auditSplit<P extends LabelledPost>(
  dataset: SplitSource<P>,
  split: Readonly<Record<'train' | 'validation', readonly P[]>> & {
    readonly test?: readonly P[];
  },
  options: AuditSplitOptions = {},
): Promise<SplitAudit> {
  checkOptionNames('auditSplit', options, OPTION_NAMES);
  const all = postsOf(dataset);
  checkParts(split);
  const { duplicates: found, ...search } = options;
  const parts = { train: split.train, validation: split.validation, test: split.test ?? [] };
  const listed = SPLIT_PARTS.flatMap((part) => parts[part]);
  const posts = new Map(listed.map((pair) => [pair.id, pair]));
  const duplicates = found ?? (await findDuplicates([...posts.values()], search));
  const kept = new Set(all.map(({ id }) => id));
  const classNames = dataset.classNames ?? classNamesOf([...all, ...listed].map(({ label }) => label));
  const audits = {
    train: auditPart(parts.train, classNames),
    validation: auditPart(parts.validation, classNames),
    test: auditPart(parts.test, classNames),
  };
  return {
    parts: audits,
    largestDeviation: findDeviation(audits, auditPart(listed, classNames)),
    leaks: LEAKS.filter(([part, twinsIn]) => parts[part].length > 0 && parts[twinsIn].length > 0).map(
      ([part, twinsIn]) => findLeak(part, twinsIn, parts, duplicates),
    ),
    conflictingTwins: [
      ...findConflicts('text', duplicates.texts, posts),
      ...findConflicts('image', duplicates.images, posts),
    ],
    repeatedIds: [...groupBy(listed, ({ id }) => id)].filter(([, all]) => all.length > 1).map(([id]) => id),
    unused: all.filter(({ id }) => !posts.has(id)).length,
    unknownIds: [...posts.keys()].filter((id) => !kept.has(id)),
    uncompared: duplicates.uncompared.filter(({ id }) => posts.has(id)),
  };
}

function checkParts(split: unknown): void {
  const { train, validation, test } = (split ?? {}) as Readonly<Record<SplitPart, unknown>>;
  if (![train, validation, test ?? []].every(Array.isArray)) {
    throw new OptionError(
      `split: expected lists of posts named train, validation and, if there is one, test, received ${kindOf(split)}.`,
    );
  }
}

function auditPart(pairs: readonly LabelledPost[], classNames: readonly string[]): PartAudit {
  const classes = countClasses(pairs, classNames);
  const shares = Object.fromEntries(
    Object.entries(classes).map(([label, posts]) => [label, posts / Math.max(pairs.length, 1)]),
  );
  const absentClasses = classNames.filter((label) => pairs.length > 0 && classes[label] === 0);
  return { posts: pairs.length, classes, shares, absentClasses };
}

function findDeviation(
  parts: Readonly<Record<SplitPart, PartAudit>>,
  whole: PartAudit,
): SplitAudit['largestDeviation'] {
  const deviations = SPLIT_PARTS.filter((part) => parts[part].posts > 0).flatMap((part) =>
    Object.entries(whole.shares).map(([label, share]) => ({
      part,
      label,
      difference: (parts[part].shares[label] ?? 0) - share,
    })),
  );
  deviations.sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  return deviations[0] ?? null;
}

function findLeak(
  part: SplitPart,
  twinsIn: SplitPart,
  parts: Readonly<Record<SplitPart, readonly LabelledPost[]>>,
  duplicates: DuplicateGroups,
): SplitLeak {
  const judged = parts[part];
  const seenIds = new Set(parts[twinsIn].map(({ id }) => id));
  const seenTexts = new Set(parts[twinsIn].map(({ text }) => text));
  const withTwin = (sets: readonly (readonly string[])[]) => {
    const leaking = new Set(sets.filter((set) => set.some((id) => seenIds.has(id))).flat());
    return judged.filter(({ id }) => leaking.has(id));
  };
  const text = withTwin(duplicates.texts);
  const exactText = text.filter((pair) => seenTexts.has(pair.text));
  const image = withTwin(duplicates.images);
  const nearImage = withTwin(duplicates.nearImages);
  const affected = new Set([...text, ...image, ...nearImage].map(({ id }) => id));
  const ids = judged.map(({ id }) => id).filter((id) => affected.has(id) || seenIds.has(id));
  return {
    part,
    twinsIn,
    text: text.length,
    exactText: exactText.length,
    image: image.length,
    nearImage: duplicates.maxHashDistance === null ? null : nearImage.length,
    any: ids.length,
    share: ids.length / judged.length,
    ids,
  };
}

function findConflicts(
  relation: ConflictingTwins['relation'],
  sets: readonly (readonly string[])[],
  posts: ReadonlyMap<string, LabelledPost>,
): ConflictingTwins[] {
  return sets.flatMap((set): ConflictingTwins[] => {
    const ids = set.filter((id) => posts.has(id));
    const labels = ids.map((id) => (posts.get(id) as LabelledPost).label);
    return new Set(labels).size > 1 ? [{ relation, ids, labels }] : [];
  });
}

/** The parts of a split by name. */
export type SplitPart = 'train' | 'validation' | 'test';

/** Posts of one part that have a twin in another, which a model has seen, or is chosen by, before it is judged on them. */
export interface SplitLeak {
  /** The part that is judged on. */
  readonly part: SplitPart;
  /** The part that holds the twins. */
  readonly twinsIn: SplitPart;
  /** Posts whose text equals a twin's apart from URLs, white space and case. */
  readonly text: number;
  /** Of these, posts whose text equals a twin's character by character. */
  readonly exactText: number;
  /** Posts whose image file equals a twin's. */
  readonly image: number;
  /**
   * Posts whose image looks like a twin's, over any number of links; those of the same file among them. Null when images were
   * not compared by look.
   */
  readonly nearImage: number | null;
  /** Posts with a twin of any kind, each counted once. */
  readonly any: number;
  /** `any` as a share of the part's posts, in [0, 1]. */
  readonly share: number;
  /** The ids of these posts. */
  readonly ids: readonly string[];
}

/** Posts of the same text or image file, anywhere in the split, that differ in their label. */
export interface ConflictingTwins {
  /** What is the same. */
  readonly relation: 'text' | 'image';
  /** The posts' ids. */
  readonly ids: readonly string[];
  /** Their labels, in the order of `ids`. */
  readonly labels: readonly string[];
}

/** The size and the classes of one part. */
export interface PartAudit {
  /** Posts in the part. */
  readonly posts: number;
  /** Posts of each class. */
  readonly classes: ClassCounts;
  /** Share of each class among the part's posts, in [0, 1]; 0 in an empty part. */
  readonly shares: ClassCounts;
  /** Classes without a post; empty for an empty part. */
  readonly absentClasses: readonly string[];
}

/** What is wrong with a split, and how its classes are spread; plain data, ready for JSON. */
export interface SplitAudit {
  /** Size and classes of each part. */
  readonly parts: Readonly<Record<SplitPart, PartAudit>>;
  /** The largest difference between a class's share in a part and in the whole split, in [0, 1]; null for an empty split. */
  readonly largestDeviation: {
    /** The part. */
    readonly part: SplitPart;
    /** The class. */
    readonly label: string;
    /** Share in the part less share in the whole. */
    readonly difference: number;
  } | null;
  /** Twins of validation in train, of test in train, and of test in validation; parts without posts are left out. */
  readonly leaks: readonly SplitLeak[];
  /** Twins with different labels. */
  readonly conflictingTwins: readonly ConflictingTwins[];
  /** Ids that stand in a part twice, or in two parts. */
  readonly repeatedIds: readonly string[];
  /** Posts of the data set that are in no part. */
  readonly unused: number;
  /** Ids in the split that the data set does not keep. */
  readonly unknownIds: readonly string[];
  /** Posts whose image could not be compared. */
  readonly uncompared: readonly SkippedPost[];
}
