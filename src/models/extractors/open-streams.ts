import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError } from '../../errors';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { BOOLEAN, integerFrom, oneOf, rule, TEXT } from '../../options/rules';
import type { Progress } from '../../types';
import type { ImageStream, TextStream } from '../streams/stream';
import type { ImageDetail, TextDetail } from './feature-cache/feature-keys';
import type { ImageExtractor, ModelFileOptions } from './feature-extractor';
import { frozenImageStream } from './frozen-image-stream';
import { frozenTextStream } from './frozen-text-stream';
import { resolveModelFiles } from './hub/resolve-model-files';
import { imageExtractor } from './image-extractor';
import { resNet50Extractor } from './resnet50-extractor';
import { textExtractor } from './text-extractor';

/** The name of the stream that is trained along, in place of a frozen model. */
const COMPACT = 'compact';

/** Options of {@link openStreams}: the streams by what a command line can say. */
export interface OpenStreamsOptions {
  /**
   * `'compact'` (trained along), or a frozen model: a folder, or the id of a model on the Hugging Face hub.
   * @defaultValue `'compact'`
   */
  readonly textModel?: string;
  /**
   * `'compact'` (trained along), or a frozen model: a folder, or the id of a model on the Hugging Face hub.
   * @defaultValue `'compact'`
   */
  readonly imageModel?: string;
  /**
   * What a frozen text model gives: a vector for each token, or one for the whole text.
   * @defaultValue `'sequence'`
   */
  readonly tokens?: TextDetail;
  /**
   * What a frozen image model gives: a vector for each region, or one for the whole image.
   * @defaultValue `'grid'`
   */
  readonly regions?: ImageDetail;
  /**
   * Tokens of a text for a frozen model, at most.
   * @defaultValue 64: the article's
   */
  readonly maxLength?: number;
  /**
   * A text's one vector: that of its first token, or the mean.
   * @defaultValue `'cls'`
   */
  readonly pooling?: 'cls' | 'mean';
  /** Of the hub models: one for both, or the text model's and the image model's. */
  readonly revision?: string | readonly string[];
  /**
   * Take hub models from earlier downloads only.
   * @defaultValue `false`
   */
  readonly offline?: boolean;
  /** Where features of frozen models are kept from run to run; in memory where none is named. */
  readonly cache?: string;
  /** Called during downloads. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops a download. */
  readonly signal?: AbortSignal;
}

const TABLE = {
  textModel: {
    default: COMPACT,
    rule: TEXT,
    help: 'compact (trained along), or a frozen model: folder or hub id',
    placeholder: 'compact|dir|id',
  },
  imageModel: {
    default: COMPACT,
    rule: TEXT,
    help: 'compact (trained along), or a frozen model: folder or hub id',
    placeholder: 'compact|dir|id',
  },
  tokens: {
    rule: oneOf('sequence', 'pooled'),
    help: 'what a frozen text model gives: a vector per token (the default), or one per text (faster)',
  },
  regions: {
    rule: oneOf('grid', 'pooled'),
    help: 'what a frozen image model gives: a vector per region (the default), or one per image (faster)',
  },
  maxLength: { rule: integerFrom(3), help: 'tokens of a text for a frozen model, at most (default: 64)' },
  pooling: {
    rule: oneOf('cls', 'mean'),
    help: "a text's one vector: of its first token (the default), or the mean",
  },
  revision: {
    rule: rule(
      'one or two commits',
      (value) => [value].flat().every(TEXT.accepts) && [value].flat().length < 3,
    ),
    help: "of the hub models: one for both, or the text model's and the image model's",
    placeholder: 'commit...',
  },
  offline: { default: false, rule: BOOLEAN, help: 'take hub models from earlier downloads only' },
  cache: { rule: TEXT, help: 'where features of frozen models are kept from run to run', placeholder: 'dir' },
  onProgress: {},
  signal: {},
} as const satisfies OptionTable<OpenStreamsOptions>;

/** All options of {@link openStreams}: their defaults and checks, and the flags of command lines. */
export const STREAM_OPTIONS: OptionTable<OpenStreamsOptions> = TABLE;

/** What {@link openStreams} gives, for `SentimentClassifier.train`. */
export interface OpenedStreams {
  /** The stream of the texts. */
  readonly text: 'compact' | TextStream;
  /** The stream of the images. */
  readonly image: 'compact' | ImageStream;
}

/**
 * Opens the streams that a command line names: what `SentimentClassifier.train` takes as `text` and `image`.
 *
 * @returns `'compact'`, or a stream of a frozen model, whose `dispose` frees it
 * @throws {@link OptionError} when an option is unknown, out of range, or without effect: one of a frozen model where the stream is compact
 * @throws {@link DataError} as `textExtractor`, `imageExtractor` and `resNet50Extractor` do
 * @example
 * ```ts
 * import { openStreams } from 'mvsa-fusion/models';
 *
 * const { text, image } = await openStreams({ textModel: 'Xenova/bert-base-uncased', cache: './.cache/features' });
 * console.log(typeof text === 'string' ? text : text.dim, image); // 768 compact
 * ```
 */
export async function openStreams(options: OpenStreamsOptions = {}): Promise<OpenedStreams> {
  const settings = resolveOptions('openStreams', options, TABLE);
  const { textModel, imageModel, tokens, regions, maxLength, pooling, revision, cache, offline } = settings;
  refuseUseless('textModel', textModel, { tokens, maxLength, pooling });
  refuseUseless('imageModel', imageModel, { regions });
  const revisions = [revision ?? []].flat();
  const { onProgress, signal } = settings;
  const filesOf = (one: string | undefined): ModelFileOptions => ({
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(one !== undefined && { revision: one }),
    ...(offline && { offline: true }),
  });
  const kept = cache === undefined ? {} : { cache };
  const openText = async () =>
    frozenTextStream(
      await textExtractor(textModel, {
        ...filesOf(revisions[0]),
        ...(maxLength !== undefined && { maxLength }),
        ...(pooling && { pooling }),
      }),
      { ...kept, ...(tokens && { tokens }) },
    );
  const text = textModel === COMPACT ? COMPACT : await openText();
  try {
    if (imageModel === COMPACT) return { text, image: COMPACT };
    const extractor = await openImageModel(imageModel, filesOf(revisions.at(-1)));
    return { text, image: frozenImageStream(extractor, { ...kept, ...(regions && { regions }) }) };
  } catch (error) {
    if (text !== COMPACT) await text.dispose();
    throw error;
  }
}

function refuseUseless(half: string, model: string, options: Readonly<Record<string, unknown>>): void {
  const useless = Object.keys(options).find((name) => options[name] !== undefined);
  if (model !== COMPACT || useless === undefined) return;
  throw new OptionError(
    `openStreams: expected a frozen ${half} beside ${useless}, received compact, on which it has no effect. Leave ${useless} out or name a model.`,
  );
}

/** A ResNet-50 may come as bare weights; any other CNN is an ONNX file. */
async function openImageModel(source: string, options: ModelFileOptions): Promise<ImageExtractor> {
  const { folder } = await resolveModelFiles(source, {
    ...options,
    files: [],
    optionalFiles: ['config.json'],
  });
  const file = join(folder, 'config.json');
  const config = existsSync(file) ? await readFile(file, 'utf8') : '';
  return isResNet50(config) ? resNet50Extractor(source, options) : imageExtractor(source, options);
}

/** Of Hugging Face (`model_type`) or timm (`architecture`). A file that is no JSON says nothing of the model. */
function isResNet50(config: string): boolean {
  try {
    const { model_type: type, depths, layer_type: layer, architecture } = JSON.parse(config);
    return (
      (type === 'resnet' && layer === 'bottleneck' && `${depths}` === '3,4,6,3') ||
      architecture === 'resnet50'
    );
  } catch {
    return false;
  }
}
