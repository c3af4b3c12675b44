import { DataError, OptionError } from '../../errors';
import { mapConcurrently } from '../../map-concurrently';
import { encodeLabels } from '../encode-labels';
import { decodeImage } from '../images/decode-image';
import { imageToFloat } from '../images/image-to-float';
import type { MvsaPair } from '../mvsa/mvsa-dataset';
import { checkTextOptions } from '../text/check-text-options';
import { seenText } from '../text/seen-text';
import { type MvsaBatchesOptions, resolveBatchOptions } from './batch-options';
import { asTokenizer, encodeText } from './tokenizer';

/** Makes the function that reads the posts of one batch into plain arrays; it returns null when every post is skipped. */
export function batchReader(options: MvsaBatchesOptions) {
  const { maxLength, isDynamic, transform, imageShape, concurrency, skipUnreadable } =
    resolveBatchOptions(options);
  const tokenizer = asTokenizer(options.tokenizer);
  const textOptions = checkTextOptions(options.text ?? 'tweet');
  const pixels = imageShape[0] * imageShape[1] * 3;

  const loadImage = async (pair: MvsaPair, target: Float32Array) => {
    if (options.loadImage === undefined) {
      imageToFloat(await decodeImage(pair.imagePath, transform), transform, target);
      return;
    }
    const image = await options.loadImage(pair);
    if (image.length !== pixels) {
      throw new OptionError(
        `loadImage: expected ${imageShape.join(' x ')} x 3 numbers, received ${image.length} for post ${pair.id}.`,
      );
    }
    target.set(image);
  };

  return async (pairs: readonly MvsaPair[], signal: AbortSignal) => {
    const all = new Float32Array(pairs.length * pixels);
    // Images go straight into their rows; a skipped one leaves a row that is closed below.
    const isRead = await mapConcurrently(pairs, concurrency, async (pair, row) => {
      // Returns instead of throwing, so that the decoding under way is awaited.
      if (signal.aborted) return false;
      try {
        await loadImage(pair, all.subarray(row * pixels, (row + 1) * pixels));
        return true;
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        if (!skipUnreadable) throw new DataError(`post ${pair.id}: ${error.message}`, { cause: error });
        options.onSkip?.(pair.id, error.message);
        return false;
      }
    });
    const kept = pairs.filter((_, row) => isRead[row]);
    if (kept.length === 0) return null;
    let to = 0;
    for (const [row, read] of isRead.entries()) {
      if (read) all.copyWithin(to++ * pixels, row * pixels, (row + 1) * pixels);
    }

    const texts = kept.map(({ text }) => seenText(text, textOptions));
    const rows = texts.map(({ text }) => encodeText(tokenizer, text, maxLength));
    // At least 1: a tensor without columns is of no use to a model.
    const width = isDynamic ? Math.max(1, ...rows.map(({ length }) => length)) : maxLength;
    const tokenIds = new Int32Array(kept.length * width).fill(tokenizer.padTokenId);
    const paddingMask = new Float32Array(kept.length * width);
    for (const [row, ids] of rows.entries()) {
      tokenIds.set(ids, row * width);
      paddingMask.fill(1, row * width, row * width + ids.length);
    }
    return {
      tokenIds,
      paddingMask,
      image: kept.length === pairs.length ? all : all.slice(0, kept.length * pixels),
      ...encodeLabels(kept),
      ids: kept.map(({ id }) => id),
      texts,
    };
  };
}
