import type { ByteRange } from '../../../files/protobuf-reader';

/** The skeleton of an ONNX file: everything but its weights, and where each part lies in the file. */
export interface OnnxModel {
  /** The path that it was read from. */
  readonly file: string;
  /** The length of the file in bytes. */
  readonly size: number;
  /** The version of the format itself. */
  readonly irVersion: number;
  /** The program that wrote it, as `name version`; may be empty. */
  readonly producer: string;
  /** The version of each operator set by domain; `''` is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  /** What must be fed: the graph's inputs without those that are initializers. */
  readonly inputs: readonly OnnxValue[];
  /** What a run returns. */
  readonly outputs: readonly OnnxValue[];
  /** Types and shapes of tensors by name, as far as the file states them; inputs and outputs included. */
  readonly values: ReadonlyMap<string, OnnxValue>;
  /** The operations in topological order. */
  readonly nodes: readonly OnnxNode[];
  /** The weights by name, without their numbers. */
  readonly initializers: ReadonlyMap<string, OnnxInitializer>;
  /** Files beside the model that hold weights, as the model names them. */
  readonly externalFiles: readonly string[];
  /** What a rewritten file takes over as it is. */
  readonly rest: OnnxRest;
}

/** Parts of the file that have no meaning here. */
export interface OnnxRest {
  /** Fields of the model other than its graph. */
  readonly modelFields: readonly ByteRange[];
  /** Fields of the graph that are no node, weight, input, output or value. */
  readonly graphFields: readonly ByteRange[];
  /** The graph's inputs that are initializers: defaults, in files of the first format versions. */
  readonly defaultInputs: readonly OnnxValue[];
  /** Value infos of inner tensors. */
  readonly valueInfos: readonly OnnxValue[];
}

/** A tensor's name, type and shape. */
export interface OnnxValue {
  /** Unique in the graph. */
  readonly name: string;
  /** Such as `float32` or `int64`; null when the file does not say. */
  readonly elementType: string | null;
  /** Sizes, or names of sizes that are free, or null for a size without a name; null when the file does not say. */
  readonly shape: readonly (number | string | null)[] | null;
  /** The field in the file. */
  readonly range: ByteRange;
}

/** One operation. */
export interface OnnxNode {
  /** May be empty. */
  readonly name: string;
  /** Such as `Conv`. */
  readonly opType: string;
  /** The operator set; `''` is ONNX's own. */
  readonly domain: string;
  /** Names of tensors; `''` for an optional input that is absent. */
  readonly inputs: readonly string[];
  /** Names of tensors. */
  readonly outputs: readonly string[];
  /** Attributes that are whole numbers, lists of them, or small tensors of them. */
  readonly attributes: ReadonlyMap<string, readonly number[]>;
  /** Shape of the tensor that a `Constant` holds; null for other nodes. */
  readonly constantDims: readonly number[] | null;
  /** Names that the node's subgraphs use; some may be defined inside them. */
  readonly captured: readonly string[];
  /** The field in the file. */
  readonly range: ByteRange;
}

/** One weight, without its numbers. */
export interface OnnxInitializer {
  /** Unique in the graph. */
  readonly name: string;
  /** Such as `float32`. */
  readonly elementType: string;
  /** The shape. */
  readonly dims: readonly number[];
  /** The numbers of a whole-number tensor of at most 64 of them; null for any other. */
  readonly values: readonly number[] | null;
  /** The field in the file. */
  readonly range: ByteRange;
  /** Where the numbers lie in the file as plain little-endian bytes; null when they lie elsewhere or otherwise. */
  readonly data: ByteRange | null;
  /** The file that holds the numbers; null when it is the model itself. */
  readonly externalFile: string | null;
}
