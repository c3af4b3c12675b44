import type { RgbImage } from '../images/rgb-image';

/**
 * Words, a picture, or both: what a model is asked about. An `MvsaPair` is one, and so is a row of your own file.
 *
 * @example
 * ```ts
 * import type { Post } from 'mvsa-fusion/data';
 *
 * const post: Post = { id: '7', text: 'what a day', imagePath: './photo.jpg' };
 * ```
 */
export interface Post {
  /** Names the post in answers and messages; its place in the list stands in where there is none. */
  readonly id?: string;
  /** The text as posted. A text of nothing but white space is a missing one. */
  readonly text?: string;
  /** The path of a JPEG, PNG, WebP, GIF, TIFF or AVIF file, or its name in whatever the posts are read from. */
  readonly imagePath?: string;
  /** The image itself, in place of `imagePath`: the bytes of such a file, a `Blob` of them, or pixels. */
  readonly image?: Uint8Array | Blob | RgbImage;
  /** The sentiment of the post, where somebody has judged it. */
  readonly label?: string;
  /** The sentiment of the text alone, where somebody has judged it. */
  readonly textLabel?: string;
  /** The sentiment of the image alone, where somebody has judged it. */
  readonly imageLabel?: string;
}

/** A post whose sentiment somebody has judged: what is trained and scored on. */
export interface LabelledPost extends Post {
  /** Names the post in splits, answers and messages. */
  readonly id: string;
  /** The sentiment of the post. */
  readonly label: string;
}
