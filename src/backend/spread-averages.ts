import type { Window2D } from './wasm/window-2d';

/**
 * The gradient of average pooling: each window's share goes in equal parts to the elements that it holds.
 *
 * tfjs 4.22 divides by the filter's size, padding included, where the pooling itself divides by the elements present.
 *
 * @param dy [batch, outHeight, outWidth, channels]
 * @param dx [batch, height, width, channels], added to
 */
export function spreadAverages(window: Window2D, dy: ArrayLike<number>, dx: Float32Array): void {
  const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth, padInfo } = window;
  let at = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      const top = outRow * window.strideHeight - padInfo.top;
      const [firstRow, endRow] = [Math.max(top, 0), Math.min(top + window.filterHeight, inHeight)];
      for (let outColumn = 0; outColumn < outWidth; outColumn++, at += channels) {
        const left = outColumn * window.strideWidth - padInfo.left;
        const [firstColumn, endColumn] = [Math.max(left, 0), Math.min(left + window.filterWidth, inWidth)];
        const share = 1 / ((endRow - firstRow) * (endColumn - firstColumn));
        for (let row = firstRow; row < endRow; row++) {
          for (let column = firstColumn; column < endColumn; column++) {
            const pixel = ((image * inHeight + row) * inWidth + column) * channels;
            for (let channel = 0; channel < channels; channel++) {
              dx[pixel + channel] = (dx[pixel + channel] as number) + share * (dy[at + channel] as number);
            }
          }
        }
      }
    }
  }
}
