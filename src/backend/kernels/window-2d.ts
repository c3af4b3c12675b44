import { backend_util } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors';

/** Padding in one of tfjs' forms. */
export type Pad = 'same' | 'valid' | number | backend_util.ExplicitPadding;

/** One value for both axes, or [height, width]. */
type Pair = number | readonly [number, number];

/** Where the windows of a convolution or pooling lie. */
export type Window2D = backend_util.Conv2DInfo;

/** What places the windows of a convolution. */
export interface ConvAttrs {
  readonly strides: Pair;
  readonly pad: Pad;
  readonly dilations?: Pair;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** What places the windows of a pooling. */
export interface PoolAttrs {
  readonly filterSize: Pair;
  readonly strides: Pair;
  readonly pad: Pad;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Pads as tfjs' explicit form, [[0, 0], [top, bottom], [left, right], [0, 0]]. */
export function explicitPad({ padInfo }: Window2D): backend_util.ExplicitPadding {
  const { top, bottom, left, right } = padInfo;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/**
 * Refuses windows whose number is not what padding, stride and filter give along each axis.
 *
 * tfjs-core 4.22 uses the height's filter and stride for both axes when the padding is a number, and can round up. The
 * compiled kernels count for themselves, so they would write past the output or leave parts of it unset.
 */
function checked(kernel: string, window: Window2D): Window2D {
  const { padInfo, inHeight, inWidth, strideHeight, strideWidth, outHeight, outWidth } = window;
  const count = (size: number, filter: number, stride: number) => Math.floor((size - filter) / stride) + 1;
  const high = count(inHeight + padInfo.top + padInfo.bottom, window.effectiveFilterHeight, strideHeight);
  const wide = count(inWidth + padInfo.left + padInfo.right, window.effectiveFilterWidth, strideWidth);
  if (high === outHeight && wide === outWidth && high > 0 && wide > 0) return window;
  throw new ShapeError(
    `${kernel}: padding and stride fit ${high} by ${wide} windows into ${inHeight} by ${inWidth}, but tfjs computed an ` +
      `output of ${outHeight} by ${outWidth}. Give the padding as [[0, 0], [top, bottom], [left, right], [0, 0]] with ` +
      "dimRoundingMode 'floor', or use 'same' or 'valid', and a filter no larger than the padded input.",
  );
}

/** The windows of a convolution over [batch, height, width, channels]. */
export function convolutionWindow(
  kernel: string,
  shape: readonly number[],
  filterShape: readonly number[],
  attrs: ConvAttrs,
  depthwise = false,
): Window2D {
  const { strides, pad, dimRoundingMode, dataFormat = 'NHWC' } = attrs;
  if (dataFormat !== 'NHWC') {
    throw new ShapeError(`${kernel}: wasm expects data as NHWC, received ${dataFormat}. Transpose to NHWC.`);
  }
  return checked(
    kernel,
    backend_util.computeConv2DInfo(
      shape as [number, number, number, number],
      filterShape as [number, number, number, number],
      strides as number,
      // tfjs-layers passes null for none.
      (attrs.dilations ?? 1) as number,
      pad,
      dimRoundingMode,
      depthwise,
    ),
  );
}

/** The windows of a pooling over [batch, height, width, channels]. */
export function poolingWindow(kernel: string, shape: readonly number[], attrs: PoolAttrs): Window2D {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  return checked(
    kernel,
    backend_util.computePool2DInfo(
      shape as [number, number, number, number],
      filterSize as number,
      strides as number,
      1,
      pad,
      dimRoundingMode,
    ),
  );
}
