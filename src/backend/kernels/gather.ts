import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { OptionError, ShapeError } from '../../errors';
import type { Stock } from './replacement';
import type { WasmBackend } from './wasm-backend';

type Inputs = { readonly x: TensorInfo; readonly indices: TensorInfo };
type Attrs = { readonly axis: number; readonly batchDims: number };

/**
 * Slices taken by index along an axis.
 *
 * With batch axes, tfjs-backend-wasm 4.22 reads the indices of other batches, or outside of its memory.
 *
 * @throws {@link OptionError} when an index is out of range.
 */
export function gather(
  backend: WasmBackend,
  inputs: Inputs,
  attrs: Attrs,
  stock: Stock<Inputs, Attrs>,
): TensorInfo {
  const { x, indices } = inputs;
  if (!attrs.batchDims || x.dtype === 'string') return stock(backend, inputs, attrs);
  const [axis] = util.parseAxisParam(attrs.axis, x.shape) as [number];
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
    backend_util.segment_util.collectGatherOpShapeInfo(x as never, indices as never, axis, attrs.batchDims);
  const ids = backend.typedArrayFromHeap(indices);
  const unknown = ids.find((id) => id < 0 || id >= dimSize);
  if (unknown !== undefined) {
    throw new OptionError(`gather: index ${unknown} is not in [0, ${dimSize}).`);
  }
  const out = backend.makeOutput(outputShape, x.dtype);
  const to = backend.typedArrayFromHeap(out);
  const from = backend.typedArrayFromHeap(x);
  const chosen = backend.typedArrayFromHeap(indices);
  const perBatch = batchSize === 0 ? 0 : chosen.length / batchSize;
  for (let batch = 0, at = 0; batch < batchSize; batch++) {
    for (let outer = 0; outer < outerSize; outer++) {
      for (let index = 0; index < perBatch; index++, at += sliceSize) {
        const id = chosen[batch * perBatch + index] as number;
        const start = ((batch * outerSize + outer) * dimSize + id) * sliceSize;
        to.set(from.subarray(start, start + sliceSize) as never, at);
      }
    }
  }
  return out;
}

/**
 * Sums rows that share a segment id: the gradient of an embedding look-up, which tfjs-backend-wasm 4.22 lacks.
 *
 * @param inputs x [rows, ...rest] float32, int32 or bool; segmentIds [rows] int32, of which a negative one drops its row, as
 *   in TensorFlow
 * @returns [numSegments, ...rest] float32 whatever the type of `x`, as tfjs' cpu backend gives
 * @throws {@link ShapeError} when there is not one id for each row, {@link OptionError} when an id has no segment.
 */
export function unsortedSegmentSum(
  backend: WasmBackend,
  { x, segmentIds }: { readonly x: TensorInfo; readonly segmentIds: TensorInfo },
  { numSegments }: { readonly numSegments: number },
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
