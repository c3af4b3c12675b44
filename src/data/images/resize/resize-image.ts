import { DataError, ShapeError } from '../../../errors';
import { checkOptionNames } from '../../../options/check-option-names';
import { bothSides, checkResizeOptions, IMAGE_TRANSFORM, type ResizeOptions } from '../image-transform';
import type { RgbImage } from '../rgb-image';
import { type ImagePart, resampleHeight, resampleWidth } from './resample';
import { type ResampleWeights, resampleWeights } from './resample-weights';

/**
 * Resizes an image and crops its centre, bit for bit as torchvision does on Pillow images.
 *
 * `resize` a number is `Resize(n)`, `[height, width]` is `Resize((h, w))`, `crop` is `CenterCrop`. Only the pixels that the
 * crop keeps are computed.
 *
 * @param image [height, width, 3] bytes with their size; left as it is
 * @returns [height, width, 3] bytes of the new size
 * @throws {@link OptionError} for an unknown option or interpolation, and a size that is no positive whole number.
 * @throws {@link DataError} when the result would have more than 268 million pixels, as that of a very long image can.
 * @throws {@link ShapeError} when the bytes do not fit the size.
 * @example
 * ```ts
 * import { resizeImage } from 'mvsa-fusion/data';
 *
 * const image = { data: new Uint8Array(5 * 7 * 3).fill(200), width: 7, height: 5 };
 * const { width, height } = resizeImage(image, { resize: 10, interpolation: 'bicubic' });
 * console.log(width, height); // 14 10
 * ```
 * @see Pillow's `Image.resize` and torchvision's `Resize` and `CenterCrop`, whose results it equals
 */
export function resizeImage(image: RgbImage, options: ResizeOptions): RgbImage {
  checkOptionNames<ResizeOptions>('resizeImage', options, IMAGE_TRANSFORM);
  checkResizeOptions(options);
  checkImage(image);
  const [height, width] = resizedSize(image, options.resize);
  const [cropHeight, cropWidth] = options.crop === undefined ? [height, width] : bothSides(options.crop);
  const across = centre(width, cropWidth);
  const down = centre(height, cropHeight);
  if (cropHeight * cropWidth > MAX_RESULT_PIXELS) {
    throw new DataError(
      `resize: expected a result of at most ${MAX_RESULT_PIXELS} pixels, received ${cropHeight} x ${cropWidth} for an image of ${image.height} x ${image.width}. Use crop, or both sides of resize.`,
    );
  }

  const data = resample(image, { width, height }, across, down, options);
  if (across.kept === cropWidth && down.kept === cropHeight)
    return { data, width: cropWidth, height: cropHeight };

  const rowBytes = across.kept * 3;
  const padded = new Uint8Array(cropHeight * cropWidth * 3);
  for (let row = 0; row < down.kept; row++) {
    const to = ((row + down.before) * cropWidth + across.before) * 3;
    padded.set(data.subarray(row * rowBytes, (row + 1) * rowBytes), to);
  }
  return { data: padded, width: cropWidth, height: cropHeight };
}

/** The kept pixels of the resized image. An axis whose length stays is not touched, and each pass rounds to bytes. */
function resample(
  image: RgbImage,
  to: { readonly width: number; readonly height: number },
  across: Centre,
  down: Centre,
  { interpolation = 'bilinear', pillow = 13 }: ResizeOptions,
): Uint8Array {
  const right = across.from + across.kept;
  const bottom = down.from + down.kept;
  const whole: ImagePart = { ...image, top: 0, left: 0 };
  const columns =
    to.width === image.width
      ? null
      : resampleWeights(image.width, to.width, interpolation, across.from, across.kept);
  const rows =
    to.height === image.height
      ? null
      : resampleWeights(image.height, to.height, interpolation, down.from, down.kept);
  if (columns === null && rows === null) return cut(image, across.from, down.from, across.kept, down.kept);
  if (columns === null) return resampleHeight(whole, rows as ResampleWeights, across.from, right).data;
  if (rows === null) return resampleWidth(whole, columns, down.from, bottom).data;
  // Pillow 13 takes the height first where that shrinks the image by more than twice as many pixels as the width does.
  const isHeightFirst =
    pillow >= 13 && to.height < image.height && image.height - to.height > 2 * (image.width - to.width);
  if (isHeightFirst) {
    const narrow = resampleHeight(whole, rows, columns.first, columns.end);
    return resampleWidth(narrow, columns, 0, down.kept).data;
  }
  const low = resampleWidth(whole, columns, rows.first, rows.end);
  return resampleHeight(low, rows, 0, across.kept).data;
}

/** No resized image has more pixels than that; only an extreme shape would. */
const MAX_RESULT_PIXELS = 2 ** 28;

/** Height and width after the resize; the longer side is cut down to whole pixels, as torchvision does. */
function resizedSize(
  { width, height }: RgbImage,
  resize: ResizeOptions['resize'],
): readonly [number, number] {
  if (resize === undefined) return [height, width];
  if (typeof resize !== 'number') return resize;
  const longer = Math.trunc((resize * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? [longer, resize] : [resize, longer];
}

interface Centre {
  /** The first position of the image that is kept. */
  readonly from: number;
  /** How many are kept. */
  readonly kept: number;
  /** How many positions of padding come before. */
  readonly before: number;
}

/** The centre of one axis; halves go to the even number, as Python rounds. */
function centre(length: number, crop: number): Centre {
  if (crop > length) return { from: 0, kept: length, before: Math.floor((crop - length) / 2) };
  const half = (length - crop) / 2;
  const from = Number.isInteger(half) ? half : 2 * Math.round(half / 2);
  return { from, kept: crop, before: 0 };
}

function cut(
  { data, width }: RgbImage,
  left: number,
  top: number,
  keptWidth: number,
  keptHeight: number,
): Uint8Array {
  const rowBytes = keptWidth * 3;
  const result = new Uint8Array(rowBytes * keptHeight);
  for (let row = 0; row < keptHeight; row++) {
    const from = ((top + row) * width + left) * 3;
    result.set(data.subarray(from, from + rowBytes), row * rowBytes);
  }
  return result;
}

function checkImage({ data, width, height }: RgbImage): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0) {
    if (data.length === width * height * 3) return;
  }
  throw new ShapeError(
    `image: expected height * width * 3 bytes, received ${data.length} bytes for height ${height} and width ${width}.`,
  );
}
