import type { ImageTransform } from '../../data';

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
  /** [rows * columns, channels] float32: the last spatial map, row by row. */
  readonly regions: Float32Array;
  /** [channels] float32: the whole image. */
  readonly pooled: Float32Array;
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
  readonly channels: number;
  /** Rows and columns of the spatial map for an image of the transform's size. */
  readonly grid: readonly [rows: number, columns: number];
  /** What an image goes through before the model. */
  readonly transform: ImageTransform;
  /** Model hash, taps, transform and runtime: features of equal configs are equal. */
  readonly config: ExtractorConfig;
  /**
   * Runs the model.
   *
   * @param images each [height, width, 3] bytes, resized and cropped by the transform
   */
  run(images: readonly Uint8Array[]): Promise<ImageFeatures[]>;
  /** Frees the model's memory. */
  dispose(): Promise<void>;
}
