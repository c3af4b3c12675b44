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
  /** Called after each hashed image, with how many are done and how many there are; equal files are hashed once. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Every option of {@link FindDuplicatesOptions}. */
export const FIND_DUPLICATES_OPTION_NAMES: Readonly<Record<keyof FindDuplicatesOptions, true>> = {
  images: true,
  maxHashDistance: true,
  hashImage: true,
  signal: true,
  onProgress: true,
};
