import type { SentimentLabel } from '../../types';
import type { ClassCounts } from '../mvsa/mvsa-summary';
import type { UncomparedImage } from './duplicate-groups';

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
  readonly labels: readonly SentimentLabel[];
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
  readonly absentClasses: readonly SentimentLabel[];
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
    readonly label: SentimentLabel;
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
  readonly uncompared: readonly UncomparedImage[];
}
