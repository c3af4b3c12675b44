import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { OptionError } from '../../errors';
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
  if (!attrs.batchDims || x.dtype === 'string') return stock(inputs, attrs);
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
