import type { InspectedImage } from '../images/image-header';
import type { LabelledPost, Post } from './post';
import type { PostsSummary, SummaryOptions } from './posts-summary';
import type { SkippedPost } from './skipped-post';

/** A post with an id: what a file without labels holds. */
export type NamedPost = Post & {
  /** Names the post in splits, answers and messages. */
  readonly id: string;
};

/** A row that is left out. */
export interface SkippedRow extends SkippedPost {
  /** The row's number: 1 is the first row of data. */
  readonly row: number;
}

/** An opened file of a user's own posts: what `openPosts` gives. */
export interface PostsFile<P extends NamedPost = LabelledPost> {
  /** The path of the file. */
  readonly file: string;
  /** The folder of the file; splits stand in its folder `splits`. */
  readonly directory: string;
  /** The usable posts, in the order of the file. */
  readonly posts: readonly P[];
  /** Rows that cannot be used, with the reason. */
  readonly skipped: readonly SkippedRow[];
  /** The classes: positive, neutral, negative in this order where there are no others, else by code unit; none without labels. */
  readonly classNames: readonly string[];
  /** The columns, or properties, that the file has. */
  readonly columns: readonly string[];
  /** What the image files of the posts say of themselves, by id. */
  readonly images: ReadonlyMap<string, InspectedImage>;
  /** Counts the posts and computes the data of the charts; plain data, ready for JSON. */
  summary(options?: SummaryOptions): PostsSummary;
}
