import type { ImageTransform } from '../../data';
import type { ResolveModelOptions } from './hub/resolve-model-options';
import type { SessionOptions } from './runtime/onnx-session';
import type { TransformersRuntimeOptions } from './runtime/transformers-runtime';

/** What identifies an extractor in a feature cache; plain JSON. */
export type ExtractorConfig = Readonly<Record<string, unknown>>;

/** The features of one text. */
export interface TextFeatures {
  /** [tokens, dim] float32: one vector for each token, special tokens included. */
  readonly tokens: Float32Array;
  /** [dim] float32: the whole text. */
  readonly pooled: Float32Array;
}

/** The features of one image. */
export interface ImageFeatures {
  /** [rows * columns, dim] float32: the last spatial map, row by row. */
  readonly regions: Float32Array;
  /** [dim] float32: the whole image. */
  readonly pooled: Float32Array;
}

/** How a frozen model was opened, as plain JSON, so that a saved classifier can open it again. */
export interface ExtractorOrigin {
  /** Which function opened it. */
  readonly opener: 'textExtractor' | 'imageExtractor' | 'resNet50Extractor';
  /** The folder or hub id. */
  readonly source: string;
  /** The options that decide what it computes, without those of downloads. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A frozen text model on ONNX Runtime. */
export interface TextExtractor {
  /** The model's source, for messages. */
  readonly name: string;
  /** Width of a token. */
  readonly dim: number;
  /** The most token ids of a text, special tokens included. */
  readonly maxLength: number;
  /** Model hash, taps, tokenizer hash, lengths and runtime: features of equal configs are equal. */
  readonly config: ExtractorConfig;
  /** How to open it again; absent where an extractor of your own cannot be. */
  readonly origin?: ExtractorOrigin;
  /** The token ids of a text, special tokens included, cut to `maxLength`. */
  tokenize(text: string): readonly number[];
  /**
   * Runs the model; shorter texts are padded and masked, and their padding is cut off again.
   *
   * @param batch token ids of each text
   */
  run(batch: readonly (readonly number[])[]): Promise<TextFeatures[]>;
  /** Frees the model's memory. */
  dispose(): Promise<void>;
}

/** A frozen image model on ONNX Runtime. */
export interface ImageExtractor {
  /** The model's source, for messages. */
  readonly name: string;
  /** Width of a region. */
  readonly dim: number;
  /** Rows and columns of the spatial map for an image of the transform's size. */
  readonly grid: readonly [rows: number, columns: number];
  /** What an image goes through before the model. */
  readonly transform: ImageTransform;
  /** Model hash, taps, transform and runtime: features of equal configs are equal. */
  readonly config: ExtractorConfig;
  /** How to open it again; absent where an extractor of your own cannot be. */
  readonly origin?: ExtractorOrigin;
  /**
   * Runs the model.
   *
   * @param images each [height, width, 3] bytes, resized and cropped by the transform
   */
  run(images: readonly Uint8Array[]): Promise<ImageFeatures[]>;
  /** Frees the model's memory. */
  dispose(): Promise<void>;
}

/** Options of `resolveModelFiles` that extractors take too. */
const MODEL_OPTIONS = {
  revision: true,
  sha256: true,
  cacheDir: true,
  endpoint: true,
  token: true,
  offline: true,
  onProgress: true,
  signal: true,
} as const;

/** How a model's files are found or downloaded. */
export type ModelFileOptions = Pick<ResolveModelOptions, keyof typeof MODEL_OPTIONS>;

/** Where a model comes from and how it runs: options that all extractors share. */
export interface ExtractorOptions extends ModelFileOptions, TransformersRuntimeOptions, SessionOptions {
  /**
   * The ONNX file within the model's folder. `onnx/model_quantized.onnx` (int8) is two to three times faster and less exact:
   * with dynamic quantisation a row's numbers depend on the rest of its batch, so such a model runs one item at a time.
   * @defaultValue `'onnx/model.onnx'`: float32
   */
  readonly modelFile?: string;
}

/** The names of {@link ExtractorOptions}. */
export const EXTRACTOR_OPTIONS: Readonly<Record<keyof ExtractorOptions, true>> = {
  modelFile: true,
  package: true,
  threads: true,
  ...MODEL_OPTIONS,
};

/** The options that find a model's files, without those that are not given. */
export function modelFileOptions(options: ExtractorOptions): ModelFileOptions {
  const names = Object.keys(MODEL_OPTIONS) as (keyof ModelFileOptions)[];
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

/** How an extractor was opened: what of its options decides what it computes. */
export function originOf<Options extends ExtractorOptions>(
  opener: ExtractorOrigin['opener'],
  source: string,
  options: Options,
  names: readonly (keyof Options)[],
): ExtractorOrigin {
  const kept = (['revision', 'modelFile', ...names] as const).filter((name) => options[name] !== undefined);
  return { opener, source, options: Object.fromEntries(kept.map((name) => [name, options[name]])) };
}
