/** An image in memory: upright, three channels, eight bits each. */
export interface RgbImage {
  /** [height, width, 3] bytes, row by row, red, green and blue in 0 to 255. */
  readonly data: Uint8Array;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}
