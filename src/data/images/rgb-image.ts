import { OptionError, ShapeError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import type { ImageTransform } from './image-transform';

/** An image in memory: upright, three channels, eight bits each. */
export interface RgbImage {
  /** [height, width, 3] bytes, row by row, red, green and blue in 0 to 255. */
  readonly data: Uint8Array;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/** Options of {@link imageToFloat}. */
export interface ImageToFloatOptions {
  /**
   * The order of the numbers: `'channelsLast'` is [height, width, 3], as tfjs reads images; `'channelsFirst'` is
   * [3, height, width], the planes of PyTorch and ONNX.
   * @defaultValue `'channelsLast'`
   */
  readonly layout?: 'channelsLast' | 'channelsFirst';
  /**
   * Where the result goes, such as a row of a batch; as long as the bytes.
   * @defaultValue a new array
   */
  readonly target?: Float32Array;
}

/**
 * Turns RGB bytes into the normalised numbers that a model sees: `(byte / 255 - mean) / std` per channel, in float32.
 *
 * @param bytes [height, width, 3] bytes, 0 to 255
 * @param transform the mean and standard deviation of each channel, for pixels in 0 to 1
 * @returns [height, width, 3] float32, or [3, height, width] with the layout `'channelsFirst'`; `target` if given
 * @throws {@link ShapeError} when the bytes are not triples or the target has another length.
 * @throws {@link OptionError} for an unknown option, another layout, and when a mean is not finite or a deviation not above zero.
 * @example
 * ```ts
 * import { imageNetTransform, imageToFloat } from 'mvsa-fusion/data';
 *
 * const pixels = Uint8Array.of(0, 128, 255, 0, 128, 255);
 * const image = imageToFloat(pixels, imageNetTransform);
 * const planes = imageToFloat(pixels, imageNetTransform, { layout: 'channelsFirst' });
 * console.log(image[0], planes[1] === planes[0]); // -2.1179039478302 true: the red plane comes first
 * ```
 * @see torchvision's `ToTensor` and `Normalize`, whose results it equals bit for bit
 */
export function imageToFloat(
  bytes: Uint8Array,
  { mean, std }: Pick<ImageTransform, 'mean' | 'std'>,
  options: ImageToFloatOptions = {},
): Float32Array {
  checkOptionNames('imageToFloat', options, { layout: true, target: true });
  const { layout = 'channelsLast', target = new Float32Array(bytes.length) } = options;
  if (bytes.length % 3 !== 0 || target.length !== bytes.length) {
    throw new ShapeError(
      `imageToFloat: expected [height, width, 3] bytes and a target of the same length, received ${bytes.length} bytes and a target of ${target.length}.`,
    );
  }
  if (layout !== 'channelsLast' && layout !== 'channelsFirst') {
    throw new OptionError(`layout: expected 'channelsLast' or 'channelsFirst', received '${layout}'.`);
  }
  const red = channelTable(mean[0], std[0]);
  const green = channelTable(mean[1], std[1]);
  const blue = channelTable(mean[2], std[2]);
  const [pixelStep, channelStep] = layout === 'channelsLast' ? [3, 1] : [1, bytes.length / 3];
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += pixelStep) {
    target[to] = red[bytes[from] as number] as number;
    target[to + channelStep] = green[bytes[from + 1] as number] as number;
    target[to + 2 * channelStep] = blue[bytes[from + 2] as number] as number;
  }
  return target;
}

/** What each byte becomes. Every step is rounded to float32, in the order in which torch takes them. */
function channelTable(mean: number, std: number): Float32Array {
  if (!Number.isFinite(mean) || !Number.isFinite(std) || std <= 0) {
    throw new OptionError(
      `transform: expected finite means and deviations above 0, received mean ${mean} and std ${std}.`,
    );
  }
  const [mean32, std32] = [Math.fround(mean), Math.fround(std)];
  const table = new Float32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    table[byte] = Math.fround(Math.fround(byte / 255) - mean32) / std32;
  }
  return table;
}
