import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Preparer } from '../../data/batches/preparers/post-preparer';
import type { ImageContent } from '../../data/posts/post-source';

/** What a stream says of itself: plain JSON. Streams of equal descriptions make the same inputs from the same content. */
export interface StreamDescription {
  /** Which family it belongs to, which decides who loads it: `compact`, `frozen`. */
  readonly family: string;
  /** Whatever else its family needs to make it again. */
  readonly [name: string]: unknown;
}

/** The tfjs parts of a stream, which are trained. */
export interface StreamParts {
  /** From the stream's inputs to vectors [batch, positions, dim]; none where the inputs are the vectors already. */
  readonly encoder?: LayersModel;
  /** From the stream's inputs straight to logits [batch, classes], beside the fusion. */
  readonly wide?: LayersModel;
}

/**
 * Everything between a raw text, or image, and its vectors [positions, dim]: preprocessing, the inputs of a batch, the part that is
 * trained, and how it is saved.
 *
 * Two families are built in: `compactTextStream` and `compactImageStream` are trained along, `frozenTextStream` and
 * `frozenImageStream` stand on ONNX Runtime. The classifier knows no more of a stream than this.
 */
export interface Stream<Content> extends Preparer<Content> {
  /** Numbers of a vector. */
  readonly dim: number;
  /** Vectors of a content; null where their number is that of the longest content of a batch. */
  readonly positions: number | null;
  /** What it is, for whoever saves it and makes it again. */
  readonly description: StreamDescription;
  /** Builds the parts that are trained, with fresh weights. */
  build(options: { readonly seed: number; readonly numClasses: number }): StreamParts;
  /** What has to be saved beside the description, by file name. */
  files(): Readonly<Record<string, Uint8Array>>;
  /** Frees what it holds, such as a frozen model's memory. */
  dispose(): Promise<void>;
}

/** A {@link Stream} of texts: its inputs include `paddingMask` [batch, positions]. */
export type TextStream = Stream<string>;

/** A {@link Stream} of images. */
export type ImageStream = Stream<ImageContent>;

/** Reads a file of a saved stream by its name. */
export type ReadFile = (name: string) => Promise<Uint8Array>;
