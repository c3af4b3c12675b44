import type { ImageFormat } from './image-format';

/** Why an image cannot be used. */
export type ImageProblem =
  | 'no image file'
  | 'image file not readable'
  | 'not a file'
  | 'empty image file'
  | 'not an image'
  | 'unsupported image format'
  | 'too many pixels'
  | 'too many bytes'
  | 'truncated image'
  | 'damaged image';

/** A usable image: what its header says. */
export interface InspectedImage {
  /** The real type, found in the content. */
  readonly format: ImageFormat;
  /** Width in pixels, as stored (before EXIF turns it). */
  readonly width: number;
  /** Height in pixels, as stored (before EXIF turns it). */
  readonly height: number;
  /** Size of the file in bytes. */
  readonly bytes: number;
}

/** An image that cannot be used. */
export interface RefusedImage {
  /** Why. */
  readonly problem: ImageProblem;
  /** The real type; `'unknown'` for what cannot be opened. */
  readonly format: ImageFormat;
}
