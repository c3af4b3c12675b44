import type { TensorInfo } from '@tensorflow/tfjs-core';
import { isPixelwise, pixelsUnderRow } from './pixels-under-row';
import { runKernel } from './run-kernel';
import type { WasmBackend } from './wasm-backend';
import { type ConvAttrs, convolutionWindow } from './window-2d';
import { withTemporaries } from './with-temporaries';

/**
 * The gradient of a convolution by its filter, which tfjs-backend-wasm 4.22 lacks.
 *
 * One matrix product for each row of the filter: what that row sees, [windows, width * in], transposed, by dy
 * [windows, out].
 *
 * @param inputs x [batch, height, width, in], dy [batch, outHeight, outWidth, out]; float32
 * @returns [filterHeight, filterWidth, in, out]
 */
export function conv2dBackpropFilter(
  backend: WasmBackend,
  inputs: { readonly x: TensorInfo; readonly dy: TensorInfo },
  attrs: Omit<ConvAttrs, 'dilations'> & { readonly filterShape: readonly number[] },
): TensorInfo {
  const { filterShape, ...placing } = attrs;
  const window = convolutionWindow('Conv2DBackpropFilter', inputs.x.shape, filterShape, placing);
  const { filterHeight, inChannels, outChannels } = window;
  const windows = window.batchSize * window.outHeight * window.outWidth;
  const dy = { ...inputs.dy, shape: [windows, outChannels] };
  if (isPixelwise(window)) {
    const x = { ...inputs.x, shape: [windows, inChannels] };
    const product = runKernel(
      backend,
      'BatchMatMul',
      { a: x, b: dy },
      { transposeA: true, transposeB: false },
    );
    return { ...product, shape: [...filterShape] };
  }
  const out = backend.makeOutput(filterShape, 'float32');
  try {
    for (let row = 0; row < filterHeight; row++) {
      withTemporaries(backend, (temporary) => {
        const a = temporary(pixelsUnderRow(backend, inputs.x, window, row));
        const attributes = { transposeA: true, transposeB: false };
        const product = temporary(runKernel(backend, 'BatchMatMul', { a, b: dy }, attributes));
        const values = backend.typedArrayFromHeap(product);
        backend.typedArrayFromHeap(out).set(values, row * values.length);
      });
    }
  } catch (error) {
    backend.disposeData(out.dataId);
    throw error;
  }
  return out;
}
