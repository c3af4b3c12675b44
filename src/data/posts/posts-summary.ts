/** Posts of each class, by its name, in the order of the classes. */
export type ClassCounts = Readonly<Record<string, number>>;

/** Options of a summary: what to count besides the data set itself. */
export interface SummaryOptions {
  /** Parts of the data set by name, such as the result of `splitPairs`: their class distribution is added. */
  readonly split?: Readonly<
    Record<
      string,
      readonly {
        /** The post's class. */
        readonly label?: string;
      }[]
    >
  >;
  /** The result of `findDuplicates`: its counts are added. */
  readonly duplicates?: DuplicateCounts;
}

/** How many posts have a twin. */
export interface DuplicateCounts {
  /** Posts that share the normalised text of another post. */
  readonly sameText: number;
  /** Posts whose image file equals another post's, byte for byte. */
  readonly sameImage: number;
  /** Posts whose image looks like another post's; null when images were not compared by look. */
  readonly nearImage: number | null;
}

/** Numbers in bins of equal width: the data of a histogram. */
export interface Histogram {
  /** Width of a bin; bin `i` counts values in [i * binWidth, (i + 1) * binWidth). */
  readonly binWidth: number;
  /** Values in each bin, from 0 on. */
  readonly counts: readonly number[];
}

/** How many posts there are, and the data of their charts. */
export interface PostsSummary {
  /** Rows of the file: kept, dropped and skipped posts. */
  readonly total: number;
  /** Kept posts. */
  readonly kept: number;
  /** Kept posts of each class. */
  readonly classes: ClassCounts;
  /** Posts that cannot be used: an unusable file, or a row that cannot be read. */
  readonly skipped: number;
  /** The same, by reason. */
  readonly skippedByReason: Readonly<Record<string, number>>;
  /** Words of each kept text, parted by white space. */
  readonly textLength: Histogram;
  /** What the kept texts hold. */
  readonly textFeatures: TextCounts;
  /** Width and height of each kept image in pixels, with its class: the data of a scatter. */
  readonly imageSizes: readonly ImageSize[];
  /** Kept images by real type. */
  readonly imageFormats: Readonly<Record<string, number>>;
  /** Posts of each class in each part of the split that was passed. */
  readonly splits?: Readonly<Record<string, ClassCounts>>;
  /** Posts with a twin, when duplicates were passed. */
  readonly duplicates?: DuplicateCounts;
}

/** One point of the image size scatter. */
export interface ImageSize {
  /** In pixels, as stored. */
  readonly width: number;
  /** In pixels, as stored. */
  readonly height: number;
  /** The post's class; empty without one. */
  readonly label: string;
}

/** Kept texts that hold something, each counted once for each. */
export interface TextCounts {
  /** With a URL. */
  readonly url: number;
  /** With a hashtag. */
  readonly hashtag: number;
  /** With a mention of a user. */
  readonly mention: number;
  /** That begin with RT. */
  readonly retweet: number;
  /** Without a word. */
  readonly empty: number;
  /** Without a word once URLs are removed; the empty ones among them. */
  readonly emptyWithoutUrls: number;
}
