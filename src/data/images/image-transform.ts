import { OptionError } from '../../errors';

/** How resized pixels are computed: Pillow's `BILINEAR` (triangle) or `BICUBIC` (a = -0.5), both antialiased. */
export type Interpolation = 'bilinear' | 'bicubic';

/** How an image is fitted: resized, then cropped around its centre. */
export interface ResizeOptions {
  /**
   * A number makes the shorter side that long and keeps the proportions; `[height, width]` stretches to that size. Pixels.
   * @defaultValue the image keeps its size
   */
  readonly resize?: number | readonly [height: number, width: number];
  /**
   * The part around the centre that is kept, as the side of a square or `[height, width]`; where it exceeds the image, black
   * is added. Pixels.
   * @defaultValue nothing is cut
   */
  readonly crop?: number | readonly [height: number, width: number];
  /**
   * How resized pixels are computed.
   * @defaultValue `'bilinear'`, as in torchvision
   */
  readonly interpolation?: Interpolation;
  /**
   * Whose pixels are reproduced: Pillow 13 may resize the height before the width, Pillow 12 and older never do. In few images
   * some values differ by one.
   * @defaultValue 13
   */
  readonly pillow?: 12 | 13;
}

/** What a model's images go through before it sees them: a plain value that travels with the model. */
export interface ImageTransform extends ResizeOptions {
  /** The mean of red, green and blue that is subtracted, for pixels in 0 to 1. */
  readonly mean: readonly [number, number, number];
  /** The standard deviation of red, green and blue that is divided by, for pixels in 0 to 1. */
  readonly std: readonly [number, number, number];
}

/**
 * The usual evaluation transform of ImageNet models: shorter side 256, centre 224, ImageNet's mean and deviation.
 *
 * The one of torchvision's ResNet-50 `IMAGENET1K_V1` weights.
 */
export const imageNetTransform: ImageTransform = Object.freeze({
  resize: 256,
  crop: 224,
  interpolation: 'bilinear',
  mean: Object.freeze([0.485, 0.456, 0.406] as const),
  std: Object.freeze([0.229, 0.224, 0.225] as const),
});

/** The names of {@link ImageTransform}, which may be given wherever {@link ResizeOptions} are. */
export const IMAGE_TRANSFORM: Readonly<Record<keyof ImageTransform, true>> = {
  resize: true,
  crop: true,
  interpolation: true,
  pillow: true,
  mean: true,
  std: true,
};

/** No side of a result is longer: 16,384 squared is 268 million pixels. */
const MAX_SIDE = 16_384;

/** Checks the sizes and the interpolation of a transform. */
export function checkResizeOptions({ resize, crop, interpolation, pillow }: ResizeOptions): void {
  for (const [name, value] of Object.entries({ resize, crop })) {
    if (value === undefined) continue;
    const sides: readonly unknown[] = Array.isArray(value) ? value : [value, value];
    if (sides.length !== 2 || !sides.every(isSide)) {
      throw new OptionError(
        `${name}: expected a whole number of pixels from 1 to ${MAX_SIDE}, or [height, width], received ${JSON.stringify(value)}.`,
      );
    }
  }
  if (interpolation !== undefined && interpolation !== 'bilinear' && interpolation !== 'bicubic') {
    throw new OptionError(`interpolation: expected 'bilinear' or 'bicubic', received '${interpolation}'.`);
  }
  if (pillow !== undefined && pillow !== 12 && pillow !== 13) {
    throw new OptionError(`pillow: expected 12 or 13, received ${pillow}.`);
  }
}

const isSide = (side: unknown) =>
  Number.isInteger(side) && (side as number) >= 1 && (side as number) <= MAX_SIDE;

/** A size as `[height, width]`. */
export function bothSides(
  size: number | readonly [number, number],
): readonly [height: number, width: number] {
  return typeof size === 'number' ? [size, size] : size;
}
