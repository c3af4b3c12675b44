/** What this library uses of `onnxruntime-node`, alike in 1.14 and 1.30. */

/** The numbers of a tensor; int64 is a BigInt64Array. */
export type OnnxData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | BigInt64Array;

/** A tensor of ONNX Runtime. */
export interface OnnxTensor {
  /** Such as `float32` or `int64`. */
  readonly type: string;
  /** Its shape. */
  readonly dims: readonly number[];
  /** Its values, row-major. */
  readonly data: OnnxData;
}

/** A session as the package has it. */
export interface OnnxInferenceSession {
  /** Names of the inputs, in the model's order. */
  readonly inputNames: readonly string[];
  /** Names of the outputs, in the model's order. */
  readonly outputNames: readonly string[];
  /** Computes the outputs. */
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  /** Frees the model; absent in 1.14. */
  release?(): Promise<void>;
}

/** Makes tensors. */
export interface OnnxTensorClass {
  /** Wraps numbers, row-major, without a copy. */
  new (type: string, data: OnnxData, dims: readonly number[]): OnnxTensor;
}

/** The module. */
export interface OnnxRuntime {
  /** Makes sessions. */
  readonly InferenceSession: {
    /** Reads a model from a path. */
    create(path: string, options: object): Promise<OnnxInferenceSession>;
  };
  /** Makes tensors. */
  readonly Tensor: OnnxTensorClass;
  /** Version of `onnxruntime-node`, such as `1.30.0`. */
  readonly version: string;
}
