import { OptionError, ShapeError } from '../../errors';
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

/**
 * Turns RGB bytes into the normalised numbers that a model sees: `(byte / 255 - mean) / std` per channel, in float32.
 *
 * @param bytes [height, width, 3] bytes, 0 to 255
 * @param transform the mean and standard deviation of each channel, for pixels in 0 to 1
 * @param target where the result goes, such as a row of a batch; as long as `bytes`
 * @returns [height, width, 3] float32; `target` if given
 * @throws {@link ShapeError} when the bytes are not triples or the target has another length.
 * @throws {@link OptionError} when a mean is not finite or a deviation not above zero.
 * @example
 * ```ts
 * import { imageNetTransform, imageToFloat } from 'mvsa-fusion/data';
 *
 * const image = imageToFloat(new Uint8Array(224 * 224 * 3), imageNetTransform);
 * console.log(image[0]); // -2.1179039478302
 * ```
 * @see torchvision's `ToTensor` and `Normalize`, whose results it equals bit for bit (in channels-last order)
 */
export function imageToFloat(
  bytes: Uint8Array,
  { mean, std }: Pick<ImageTransform, 'mean' | 'std'>,
  target: Float32Array = new Float32Array(bytes.length),
): Float32Array {
  if (bytes.length % 3 !== 0 || target.length !== bytes.length) {
    throw new ShapeError(
      `imageToFloat: expected [height, width, 3] bytes and a target of the same length, received ${bytes.length} bytes and a target of ${target.length}.`,
    );
  }
  const red = channelTable(mean[0], std[0]);
  const green = channelTable(mean[1], std[1]);
  const blue = channelTable(mean[2], std[2]);
  for (let at = 0; at < bytes.length; at += 3) {
    target[at] = red[bytes[at] as number] as number;
    target[at + 1] = green[bytes[at + 1] as number] as number;
    target[at + 2] = blue[bytes[at + 2] as number] as number;
  }
  return target;
}

/**
 * Turns RGB bytes into normalised planes, the order of PyTorch and ONNX: `(byte / 255 - mean) / std`, in float32.
 *
 * @param bytes [height, width, 3] bytes, 0 to 255
 * @param transform the mean and standard deviation of each channel, for pixels in 0 to 1
 * @param target where the result goes, such as a row of a batch; as long as `bytes`
 * @returns [3, height, width] float32; `target` if given
 * @throws {@link ShapeError} when the bytes are not triples or the target has another length.
 * @throws {@link OptionError} when a mean is not finite or a deviation not above zero.
 * @example
 * ```ts
 * import { imageNetTransform, imageToPlanes } from 'mvsa-fusion/data';
 *
 * const planes = imageToPlanes(Uint8Array.of(0, 128, 255, 0, 128, 255), imageNetTransform);
 * console.log(planes[0] === planes[1]); // true: the red plane comes first
 * ```
 * @see torchvision's `ToTensor` and `Normalize`, whose results it equals bit for bit
 */
export function imageToPlanes(
  bytes: Uint8Array,
  { mean, std }: Pick<ImageTransform, 'mean' | 'std'>,
  target: Float32Array = new Float32Array(bytes.length),
): Float32Array {
  const size = bytes.length / 3;
  if (!Number.isInteger(size) || target.length !== bytes.length) {
    throw new ShapeError(
      `imageToPlanes: expected [height, width, 3] bytes and a target of the same length, received ${bytes.length} bytes and a target of ${target.length}.`,
    );
  }
  const red = channelTable(mean[0], std[0]);
  const green = channelTable(mean[1], std[1]);
  const blue = channelTable(mean[2], std[2]);
  for (let pixel = 0, at = 0; pixel < size; pixel++, at += 3) {
    target[pixel] = red[bytes[at] as number] as number;
    target[size + pixel] = green[bytes[at + 1] as number] as number;
    target[2 * size + pixel] = blue[bytes[at + 2] as number] as number;
  }
  return target;
}

/** What each byte becomes. Every step is rounded to float32, in the order in which torch takes them. */
export function channelTable(mean: number, std: number): Float32Array {
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
