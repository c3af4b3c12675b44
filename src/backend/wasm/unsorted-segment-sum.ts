import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { OptionError, ShapeError } from '../../errors';
import type { WasmBackend } from './wasm-backend';

/**
 * Sums rows that share a segment id: the gradient of an embedding look-up, which tfjs-backend-wasm 4.22 lacks.
 *
 * @param x [rows, ...rest] float32, int32 or bool
 * @param segmentIds [rows] int32; a negative id drops its row, as in TensorFlow
 * @returns [numSegments, ...rest] float32 whatever the type of `x`, as tfjs' cpu backend gives
 * @throws {@link ShapeError} when there is not one id for each row, {@link OptionError} when an id has no segment.
 */
export function unsortedSegmentSum(
  backend: WasmBackend,
  x: TensorInfo,
  segmentIds: TensorInfo,
  numSegments: number,
): TensorInfo {
  const [rows, ...rest] = x.shape;
  if (segmentIds.shape.length !== 1 || segmentIds.shape[0] !== rows) {
    throw new ShapeError(
      `unsortedSegmentSum: expected one segment id for each of ${rows} rows, received ids of shape ` +
        `[${segmentIds.shape}]. Reshape the ids to [rows].`,
    );
  }
  const unknown = backend.typedArrayFromHeap(segmentIds).find((id) => id >= numSegments);
  if (unknown !== undefined) {
    throw new OptionError(
      `unsortedSegmentSum: id ${unknown} is not below the number of segments, ${numSegments}.`,
    );
  }
  const width = util.sizeFromShape(rest);
  const out = backend.makeOutput([numSegments, ...rest], 'float32');
  // Views are taken after the allocation: growing the heap detaches older ones.
  const sums = backend.typedArrayFromHeap(out).fill(0);
  const values = backend.typedArrayFromHeap(x);
  for (const [row, id] of backend.typedArrayFromHeap(segmentIds).entries()) {
    if (id < 0) continue;
    for (let column = 0; column < width; column++) {
      sums[id * width + column] =
        (sums[id * width + column] as number) + (values[row * width + column] as number);
    }
  }
  return out;
}
