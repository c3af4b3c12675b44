import { OptionError } from '../../errors';
import { kindOf } from '../../options/check-option-names';
import type { SentimentLabel } from '../../types';
import type { InspectedImage } from '../images/image-header';
import type { SummaryOptions } from '../posts/posts-summary';
import type { SkippedPost } from '../posts/skipped-post';
import type { DropReason, LabelRule } from './label-rule';
import type { MvsaVariant } from './labels-file';
import type { MvsaSummary } from './mvsa-summary';
import type { EncodingEvidence, TextEncoding } from './text-encoding';

/** One post of MVSA: a picture, the words beside it, and what annotators felt. */
export interface MvsaPair {
  /** The post's id in the data set, such as `'2499'`. */
  readonly id: string;
  /** The text as posted, without trailing white space; it may be empty. */
  readonly text: string;
  /** The path of the image file. */
  readonly imagePath: string;
  /** The sentiment of the text alone; of MVSA-Multiple's three annotators, the majority's. */
  readonly textLabel: SentimentLabel;
  /** The sentiment of the image alone; of MVSA-Multiple's three annotators, the majority's. */
  readonly imageLabel: SentimentLabel;
  /** The sentiment of the post, by the data set's label rule. */
  readonly label: SentimentLabel;
}

/** A post to which the label rule gives no label. */
export interface DroppedPost {
  /** The post's id. */
  readonly id: string;
  /** The sentiment of the text alone; null when three annotators disagree. */
  readonly textLabel: SentimentLabel | null;
  /** The sentiment of the image alone; null when three annotators disagree. */
  readonly imageLabel: SentimentLabel | null;
  /** Why the rule gives no label. */
  readonly reason: DropReason;
}

/** An opened MVSA data set. */
export interface MvsaDataset {
  /** The directory that was opened. */
  readonly directory: string;
  /** Which data set the labels file announces. */
  readonly variant: MvsaVariant;
  /** How the annotations of a post became its label. */
  readonly labelRule: LabelRule;
  /** The encoding of the text files, given or found. */
  readonly encoding: TextEncoding;
  /** What was decided about the encoding, and why. */
  readonly encodingEvidence: EncodingEvidence;
  /** The three classes, in their order. */
  readonly classNames: readonly SentimentLabel[];
  /** The kept posts, in the order of the labels file. */
  readonly pairs: readonly MvsaPair[];
  /** Posts without a label under the rule. */
  readonly dropped: readonly DroppedPost[];
  /** Posts with a file that is missing, empty, damaged or of another type. */
  readonly skipped: readonly SkippedPost[];
  /** What the image files of the kept posts say of themselves, by id. */
  readonly images: ReadonlyMap<string, InspectedImage>;
  /** Counts the posts and computes the data of the charts; plain data, ready for JSON. */
  summary(options?: SummaryOptions): MvsaSummary;
}

/**
 * Refuses what plain JavaScript may pass in place of a list of posts, a data set above all.
 *
 * @param name what messages call the list
 * @throws {@link OptionError} when it is no array
 */
export function checkPairs(name: string, pairs: unknown): void {
  if (Array.isArray(pairs)) return;
  const parts = (pairs ?? {}) as Readonly<Record<string, unknown>>;
  const list = ['pairs', 'posts'].find((part) => Array.isArray(parts[part]));
  throw new OptionError(
    `${name}: expected a list of posts, received ${list ? `a data set. Pass its ${list}: dataset.${list}` : kindOf(pairs)}.`,
  );
}
