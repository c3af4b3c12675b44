import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import {
  bothSides,
  checkResizeOptions,
  type ImageTransform,
  imageNetTransform,
} from '../images/image-transform';
import type { MvsaPair } from '../mvsa/mvsa-dataset';
import type { TextOptions, TextPreset } from '../text/text-options';
import type { Tokenizer, TransformersTokenizer } from './tokenizer';

/** Options of {@link mvsaBatches}. */
export interface MvsaBatchesOptions {
  /** A tokenizer of transformers.js, or your own. */
  readonly tokenizer: Tokenizer | TransformersTokenizer;
  /**
   * The most token ids of a text, special tokens included.
   * @defaultValue 64: the article's
   */
  readonly maxLength?: number;
  /**
   * Width of a row of token ids: always `maxLength`, or that of the longest text of its batch.
   * @defaultValue `'fixed'`
   */
  readonly padding?: 'fixed' | 'dynamic';
  /**
   * How texts are normalised, see `normalizeText`.
   * @defaultValue `'tweet'`
   */
  readonly normalize?: TextOptions | TextPreset;
  /**
   * Height and width of the image in pixels: the shorter side is resized to it, the centre kept, ImageNet's mean and deviation
   * applied.
   * @defaultValue 224: ResNet-50, He et al. 2015
   */
  readonly imageSize?: number;
  /** What images go through, in place of `imageSize`; it must fix the height and width. */
  readonly imageTransform?: ImageTransform;
  /**
   * Reads the image of a post as [height, width, 3] normalised numbers, in place of the file: for augmentation or a cache.
   * A `DataError` means that the image cannot be used.
   */
  readonly loadImage?: (pair: MvsaPair) => Promise<Float32Array>;
  /**
   * Posts in a batch; the last batch of an epoch may hold fewer.
   * @defaultValue 32
   */
  readonly batchSize?: number;
  /**
   * Whether a last batch of fewer posts is left out.
   * @defaultValue `false`
   */
  readonly dropRemainder?: boolean;
  /**
   * Whether each epoch has an order of its own; without it posts come in the order of `pairs`.
   * @defaultValue `false`
   */
  readonly shuffle?: boolean;
  /**
   * Seeds the orders: the same pairs, seed and epoch give the same batches.
   * @defaultValue 0
   */
  readonly seed?: number;
  /**
   * Batches that are made before they are asked for, while the consumer works; one more is alive in its hands.
   * @defaultValue 2
   */
  readonly prefetch?: number;
  /**
   * Images decoded at once.
   * @defaultValue 4: libuv's threads
   */
  readonly concurrency?: number;
  /**
   * What happens at an image that cannot be used: an error that names the post, or the batch goes on without the post, of
   * which `onSkip` must be told.
   * @defaultValue `'error'`
   */
  readonly unreadable?: 'error' | 'skip';
  /** Told of each skipped post and the reason, in each epoch; needed with `unreadable: 'skip'`, so that no post goes unseen. */
  readonly onSkip?: (id: string, reason: string) => void;
}

const OPTION_NAMES: Readonly<Record<keyof MvsaBatchesOptions, true>> = {
  tokenizer: true,
  maxLength: true,
  padding: true,
  normalize: true,
  imageSize: true,
  imageTransform: true,
  loadImage: true,
  batchSize: true,
  dropRemainder: true,
  shuffle: true,
  seed: true,
  prefetch: true,
  concurrency: true,
  unreadable: true,
  onSkip: true,
};

/** The options with their defaults, once they are checked. */
interface ResolvedBatchOptions {
  readonly maxLength: number;
  readonly isDynamic: boolean;
  readonly transform: ImageTransform;
  readonly imageShape: readonly [height: number, width: number];
  readonly batchSize: number;
  readonly dropRemainder: boolean;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly ahead: number;
  readonly concurrency: number;
  readonly skipUnreadable: boolean;
}

/** @throws {@link OptionError} for the first option out of its range. */
export function resolveBatchOptions(options: MvsaBatchesOptions): ResolvedBatchOptions {
  checkOptionNames('mvsaBatches', options, OPTION_NAMES);
  const { maxLength = 64, batchSize = 32, prefetch = 2, concurrency = 4, seed = 0 } = options;
  const { padding = 'fixed', unreadable = 'error', shuffle = false, dropRemainder = false } = options;
  for (const [name, value, least] of [
    ['maxLength', maxLength, 1],
    ['batchSize', batchSize, 1],
    ['concurrency', concurrency, 1],
    ['prefetch', prefetch, 0],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new OptionError(`${name}: expected a whole number of at least ${least}, received ${value}.`);
    }
  }
  if (!Number.isFinite(seed)) throw new OptionError(`seed: expected a number, received ${seed}.`);
  checkWord('padding', padding, ['fixed', 'dynamic']);
  checkWord('unreadable', unreadable, ['error', 'skip']);
  if (unreadable === 'skip' && typeof options.onSkip !== 'function') {
    throw new OptionError(
      `onSkip: expected a function (id, reason) beside unreadable: 'skip', so that no post is lost unseen, received ${options.onSkip}.`,
    );
  }
  const transform = resolveTransform(options);
  return {
    maxLength,
    isDynamic: padding === 'dynamic',
    transform,
    imageShape: shapeOf(transform),
    batchSize,
    dropRemainder,
    shuffle,
    seed,
    ahead: prefetch,
    concurrency,
    skipUnreadable: unreadable === 'skip',
  };
}

function resolveTransform({ imageSize, imageTransform }: MvsaBatchesOptions): ImageTransform {
  if (imageTransform !== undefined && imageSize !== undefined) {
    throw new OptionError('imageSize: expected either imageSize or imageTransform, received both.');
  }
  const size = imageSize ?? 224;
  const transform = imageTransform ?? { ...imageNetTransform, resize: size, crop: size };
  checkResizeOptions(transform);
  return transform;
}

function shapeOf({ resize, crop }: ImageTransform): readonly [number, number] {
  if (crop !== undefined) return bothSides(crop);
  if (Array.isArray(resize)) return bothSides(resize as readonly [number, number]);
  throw new OptionError(
    `imageTransform: expected crop, or resize as [height, width], so that all images of a batch have one shape; received resize ${resize}.`,
  );
}

function checkWord(name: string, value: string, words: readonly string[]): void {
  if (!words.includes(value)) {
    throw new OptionError(`${name}: expected one of ${words.join(', ')}, received ${JSON.stringify(value)}.`);
  }
}
