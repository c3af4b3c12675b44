import type { Progress } from '../../../types';
import type { SkippedPost } from '../../posts/skipped-post';

/**
 * Why two posts count as duplicates: the same text apart from URLs, white space and case; image files of the same bytes;
 * images whose perceptual hashes are close.
 */
export type DuplicateRelation = 'text' | 'image' | 'near-image';

/** Posts that must not be parted. */
export interface DuplicateGroup {
  /** Ids of two or more posts. */
  readonly ids: readonly string[];
  /** What links them; each post is linked to at least one of the others by one of these. */
  readonly relations: readonly DuplicateRelation[];
}

/** Which posts of a data set are duplicates; plain data, ready for JSON. */
export interface DuplicateGroups {
  /** Posts linked by any relation, over any number of links: the sets that a split keeps together. */
  readonly groups: readonly DuplicateGroup[];
  /** Sets of ids whose texts are the same. */
  readonly texts: readonly (readonly string[])[];
  /** Sets of ids whose image files are the same. */
  readonly images: readonly (readonly string[])[];
  /** Sets of ids linked by close hashes, those of the same file among them; empty when hashes were not asked for. */
  readonly nearImages: readonly (readonly string[])[];
  /** Posts that share the text of another post. */
  readonly sameText: number;
  /** Posts that share the image file of another post. */
  readonly sameImage: number;
  /** Posts whose image looks like another post's; those of the same file among them. Null when hashes were not asked for. */
  readonly nearImage: number | null;
  /** Posts whose image could not be read or decoded; they count as unlike any other. */
  readonly uncompared: readonly SkippedPost[];
  /** The most bits in which the hashes of near images differ; null when hashes were not asked for. */
  readonly maxHashDistance: number | null;
}

/** Options of {@link findDuplicates}. */
export interface FindDuplicatesOptions {
  /**
   * How images are compared: not at all; byte for byte, which reads only files of equal size; or also by their look, which
   * decodes every image.
   * @defaultValue `'near'`
   */
  readonly images?: 'none' | 'bytes' | 'near';
  /**
   * The most bits, of 64, in which the hashes of near images differ; 0 to 16. Links form chains, and each step may lead
   * further from the first image: a loose threshold joins unlike posts. On MVSA-Single all from 4 to 8 give the same groups.
   * @defaultValue 8, `NEAR_DUPLICATE_DISTANCE`
   */
  readonly maxHashDistance?: number;
  /**
   * Computes the hash of an image file: 64 bits as 16 hexadecimal digits. A `DataError` leaves the image out.
   * @defaultValue `perceptualHash`
   */
  readonly hashImage?: (imagePath: string) => Promise<string>;
  /** Stops before the next image. */
  readonly signal?: AbortSignal;
  /** Called after each hashed image, stage `'compare images'`; equal files are hashed once. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Every option of {@link FindDuplicatesOptions}. */
export const FIND_DUPLICATES_OPTION_NAMES: Readonly<Record<keyof FindDuplicatesOptions, true>> = {
  images: true,
  maxHashDistance: true,
  hashImage: true,
  signal: true,
  onProgress: true,
};
