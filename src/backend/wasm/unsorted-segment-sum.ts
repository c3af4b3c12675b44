import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/**
 * Sums rows that share a segment id: the gradient of an embedding look-up, which tfjs-backend-wasm 4.22 lacks.
 *
 * @param x [rows, ...rest] float32
 * @param segmentIds [rows] int32; a negative id drops its row, as in TensorFlow
 * @returns [numSegments, ...rest]
 */
export function unsortedSegmentSum(
  backend: WasmBackend,
  x: TensorInfo,
  segmentIds: TensorInfo,
  numSegments: number,
): TensorInfo {
  const rest = x.shape.slice(1);
  const width = util.sizeFromShape(rest);
  const out = backend.makeOutput([numSegments, ...rest], x.dtype);
  // Views are taken after the allocation: growing the heap detaches older ones.
  const sums = backend.typedArrayFromHeap(out).fill(0);
  const values = backend.typedArrayFromHeap(x);
  const ids = backend.typedArrayFromHeap(segmentIds);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    if (id < 0) continue;
    if (id >= numSegments) {
      throw new Error(`unsortedSegmentSum: id ${id} is not below the number of segments, ${numSegments}.`);
    }
    for (let column = 0; column < width; column++) {
      sums[id * width + column] =
        (sums[id * width + column] as number) + (values[row * width + column] as number);
    }
  }
  return out;
}
