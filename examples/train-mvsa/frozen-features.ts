import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from 'mvsa-fusion';
import type { MvsaPair } from 'mvsa-fusion/data';
import {
  extractFeatures,
  type FeatureExamples,
  type ImageDetail,
  type ImageExtractor,
  imageExtractor,
  type ModelFileOptions,
  resNet50Extractor,
  resolveModelFiles,
  type TextDetail,
  type TextExtractor,
  textExtractor,
} from 'mvsa-fusion/models';

/** The name of the model that is trained along, in place of a frozen one. */
export const COMPACT = 'compact';

/** Options of {@link frozenFeatures}, as the command line gives them. */
export interface FrozenOptions {
  readonly textModel: string;
  readonly imageModel: string;
  readonly tokens: TextDetail;
  readonly regions: ImageDetail;
  readonly maxLength: number;
  readonly pooling: 'cls' | 'mean';
  /** One for both models, or the text model's and the image model's. */
  readonly revision?: readonly string[];
  readonly offline: boolean;
  readonly cache: string;
}

/** What went into the features of one stream. */
export interface FrozenStream {
  /** The folder or hub id. */
  readonly source: string;
  /** Width of a token or region. */
  readonly dim: number;
  /** Tokens or regions of each post, where all have as many; else null. */
  readonly length: number | null;
  /** `sequence`, `grid` or `pooled`. */
  readonly detail: TextDetail | ImageDetail;
  /** What identifies the extractor: hashes, tokenizer, preprocessing, runtime. */
  readonly extractor: TextExtractor['config'];
}

/** Features of posts in the cache, and the frozen models behind them; null stands for a compact stream. */
export interface FrozenFeatures {
  readonly features: FeatureExamples;
  /** Closes the cache and frees the models, which stay until then: a damaged row is computed anew when it is met. */
  close(): Promise<void>;
  readonly text: FrozenStream | null;
  readonly image: FrozenStream | null;
}

/** Loads the frozen models that the options name and computes what the cache lacks; null when both are compact. */
export async function frozenFeatures(
  pairs: readonly MvsaPair[],
  options: FrozenOptions,
  listeners: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: Progress) => void;
  },
): Promise<FrozenFeatures | null> {
  const { textModel, imageModel, tokens, regions, maxLength, pooling, cache } = options;
  const { signal, onProgress } = listeners;
  const revisions = options.revision ?? [];
  const filesOf = (revision: string | undefined): ModelFileOptions => ({
    signal,
    onProgress,
    ...(revision !== undefined && { revision }),
    ...(options.offline && { offline: true }),
  });
  let text: TextExtractor | undefined;
  let image: ImageExtractor | undefined;
  const dispose = async () => {
    await text?.dispose();
    await image?.dispose();
  };
  try {
    if (textModel !== COMPACT)
      text = await textExtractor(textModel, { ...filesOf(revisions[0]), maxLength, pooling });
    if (imageModel !== COMPACT) image = await openImageModel(imageModel, filesOf(revisions.at(-1)));
    if (!text && !image) return null;
    const features = await extractFeatures(pairs, {
      ...(text && { text }),
      ...(image && { image }),
      cache,
      tokens,
      regions,
      signal,
      onProgress,
    });
    return {
      features,
      async close() {
        await features.close();
        await dispose();
      },
      text: text
        ? {
            source: textModel,
            dim: text.dim,
            length: tokens === 'pooled' ? 1 : null,
            detail: tokens,
            extractor: text.config,
          }
        : null,
      image: image
        ? {
            source: imageModel,
            dim: image.dim,
            length: regions === 'pooled' ? 1 : image.grid[0] * image.grid[1],
            detail: regions,
            extractor: image.config,
          }
        : null,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
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
