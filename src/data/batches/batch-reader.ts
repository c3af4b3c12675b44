import { mapConcurrently } from '../../concurrency';
import { DataError, OptionError } from '../../errors';
import { decodeImage } from '../images/read-image';
import { imageToFloat } from '../images/rgb-image';
import type { MvsaPair } from '../mvsa/mvsa-dataset';
import { seenText } from '../text/normalize-text';
import { checkTextOptions } from '../text/text-options';
import { type MvsaBatchesOptions, resolveBatchOptions } from './batch-options';
import { encodeLabels } from './examples';
import { asTokenizer, encodeText } from './tokenizer';

/** Makes the function that reads the posts of one batch into plain arrays; it returns null when every post is skipped. */
export function batchReader(options: MvsaBatchesOptions) {
  const { maxLength, isDynamic, transform, imageShape, concurrency, skipUnreadable } =
    resolveBatchOptions(options);
  const tokenizer = asTokenizer(options.tokenizer);
  const textOptions = checkTextOptions(options.normalize ?? 'tweet');
  const pixels = imageShape[0] * imageShape[1] * 3;

  const loadImage = async (pair: MvsaPair, target: Float32Array) => {
    if (options.loadImage === undefined) {
      imageToFloat(await decodeImage(pair.imagePath, transform), transform, { target });
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

/**
 * Makes results one after another, in order, up to `ahead` of them before they are asked for.
 *
 * With the one that the consumer holds, `ahead + 1` results are alive at most. An error surfaces where its result would
 * have come; nothing is started after it. When the consumer leaves early, the signal given to `make` aborts and the work
 * under way is awaited.
 */
export async function* prefetch<Item, Result>(
  items: readonly Item[],
  ahead: number,
  make: (item: Item, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const left = new AbortController();
  const underWay: Promise<Result>[] = [];
  let next = 0;
  let previous: Promise<unknown> = Promise.resolve();
  const fill = (count: number) => {
    while (underWay.length < count && next < items.length) {
      const item = items[next++] as Item;
      const result = previous.then(() => {
        left.signal.throwIfAborted();
        return make(item, left.signal);
      });
      // Its turn comes later; until then a rejection must not count as unhandled.
      result.catch(() => {});
      previous = result;
      underWay.push(result);
    }
  };
  try {
    while (true) {
      fill(Math.max(ahead, 1));
      const head = underWay.shift();
      if (head === undefined) return;
      const result = await head;
      fill(ahead);
      yield result;
    }
  } finally {
    left.abort();
    await Promise.allSettled(underWay);
  }
}
