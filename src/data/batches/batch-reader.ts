import { DataError, OptionError } from '../../errors';
import type { MvsaPair } from '../mvsa/mvsa-dataset';
import { fileSource } from '../posts/file-source';
import { seenText } from '../text/normalize-text';
import { checkTextOptions } from '../text/text-options';
import { type MvsaBatchesOptions, resolveBatchOptions } from './batch-options';
import type { ExampleLabels } from './examples';
import { type PostExamples, postExamples } from './post-examples';
import { pixelPreparer } from './preparers/pixel-preparer';
import { tokenPreparer } from './preparers/token-preparer';
import { asTokenizer } from './tokenizer';

/** The posts of one batch, ready, with their texts. */
interface ReadBatch {
  /** Without those that are skipped. */
  readonly examples: PostExamples & { readonly labels: ExampleLabels };
  readonly texts: readonly ReturnType<typeof seenText>[];
}

/** Makes the function that makes the posts of one batch ready; it returns null when every post is skipped. */
export function batchReader(options: MvsaBatchesOptions) {
  const { maxLength, isDynamic, transform, imageShape, concurrency, skipUnreadable } =
    resolveBatchOptions(options);
  const normalize = checkTextOptions(options.normalize ?? 'tweet');
  const text = tokenPreparer({
    tokenizer: asTokenizer(options.tokenizer),
    maxLength,
    padding: isDynamic ? 'dynamic' : 'fixed',
    normalize,
  });
  const pixels = imageShape[0] * imageShape[1] * 3;
  const { loadImage } = options;
  const load = async (pair: MvsaPair) => {
    const image = await (loadImage as NonNullable<typeof loadImage>)(pair);
    if (image.length === pixels) return image;
    throw new OptionError(
      `loadImage: expected ${imageShape.join(' x ')} x 3 numbers, received ${image.length} for post ${pair.id}.`,
    );
  };

  return async (pairs: readonly MvsaPair[], signal: AbortSignal): Promise<ReadBatch | null> => {
    const examples = await postExamples(pairs, {
      text,
      image: pixelPreparer({
        transform,
        concurrency,
        ...(loadImage && { load: (_, index) => load(pairs[index] as MvsaPair) }),
      }),
      source: fileSource,
      missing: 'keep',
      unreadable: 'skip',
      signal,
    });
    for (const { id, reason } of examples.unreadable) {
      if (!skipUnreadable) throw new DataError(`post ${id}: ${reason}`);
      options.onSkip?.(id, reason);
    }
    if (examples.size === 0) return null;
    const texts = examples.posts.map((post) => seenText((post as MvsaPair).text, normalize));
    return { examples: examples as ReadBatch['examples'], texts };
  };
}
