import type { NamedTensorMap } from '@tensorflow/tfjs-core';
import type { Progress } from '../../../types';
import type { ImageContent } from '../../posts/post-source';

/** What long work is told by, and told to stop by. */
export interface WorkOptions {
  /** Called as work is done. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Stops before the next piece of work, with the signal's reason as error. */
  readonly signal?: AbortSignal | undefined;
}

/** Texts, or images, of some posts, ready to become inputs of a model. */
export interface PreparedContents {
  /** For each content why it cannot be used; null where it can. */
  readonly problems: readonly (string | null)[];
  /**
   * The inputs of some contents, each [indices.length, ...shape], in the order asked; the caller disposes them. A missing content is
   * a row of padding, or of zeros.
   */
  batch(indices: readonly number[], inputNames: readonly string[]): NamedTensorMap | Promise<NamedTensorMap>;
  /** Lets go of files, where there are any. */
  close?(): Promise<void>;
}

/**
 * Makes inputs of a model from raw texts, or raw images: the half of a stream that knows no model.
 *
 * Examples and batches know no more of a stream than this.
 */
export interface Preparer<Content> {
  /** The names of the inputs that it gives. */
  readonly inputNames: readonly string[];
  /**
   * Reads, decodes and encodes contents; null is a missing one. A content that cannot be used is a problem of its own, no error.
   *
   * @throws whatever would befall every content, such as a package that is not installed; the signal's reason when it stops the work
   */
  prepare(contents: readonly (Content | null)[], work: WorkOptions): Promise<PreparedContents>;
}

/** Makes inputs from texts. */
export type TextPreparer = Preparer<string>;

/** Makes inputs from images. */
export type ImagePreparer = Preparer<ImageContent>;
