import type { SentimentLabel } from '../types';
import type { TextEncoding } from './decode-texts';

/** One post of MVSA: a picture, the words beside it, and what annotators felt. */
export interface MvsaPair {
  /** The post's id in the data set, such as `'2499'`. */
  readonly id: string;
  /** The text as posted, without trailing white space; it may be empty. */
  readonly text: string;
  /** The path of the JPEG file. */
  readonly imagePath: string;
  /** The sentiment of the text alone. */
  readonly textLabel: SentimentLabel;
  /** The sentiment of the image alone. */
  readonly imageLabel: SentimentLabel;
  /** The sentiment of the post, merged from both. */
  readonly label: SentimentLabel;
}

/** A post without a label, because its text and its image contradict each other. */
export interface DroppedPost {
  /** The post's id. */
  readonly id: string;
  /** The sentiment of the text alone. */
  readonly textLabel: SentimentLabel;
  /** The sentiment of the image alone. */
  readonly imageLabel: SentimentLabel;
}

/** A post that cannot be used, because a file of it is missing or empty. */
export interface SkippedPost {
  /** The post's id. */
  readonly id: string;
  /** What is wrong with its files. */
  readonly reason: 'no text file' | 'empty text file' | 'no image file' | 'empty image file';
}

/** How many posts a data set holds, and by which rule. */
export interface MvsaSummary {
  /** Rows of the labels file: kept, dropped and skipped posts. */
  readonly total: number;
  /** Kept posts. */
  readonly kept: number;
  /** Kept posts of each class. */
  readonly classes: Readonly<Record<SentimentLabel, number>>;
  /** Posts whose text and image contradict each other. */
  readonly dropped: number;
  /** Posts with a missing or empty file. */
  readonly skipped: number;
  /** The encoding of the text files. */
  readonly encoding: TextEncoding;
  /** How the two labels of a post became one. */
  readonly labelRule: 'merged';
}

/** An opened MVSA data set. */
export interface MvsaDataset {
  /** The directory that was opened. */
  readonly directory: string;
  /** The kept posts, in the order of the labels file. */
  readonly pairs: readonly MvsaPair[];
  /** Posts whose text and image contradict each other. */
  readonly dropped: readonly DroppedPost[];
  /** Posts with a missing or empty file. */
  readonly skipped: readonly SkippedPost[];
  /** The encoding of the text files, given or found. */
  readonly encoding: TextEncoding;
  /** How the two labels of a post become one. */
  readonly labelRule: 'merged';
  /** Counts the posts; plain data, ready for JSON. */
  summary(): MvsaSummary;
}
