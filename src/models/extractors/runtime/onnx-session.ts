import { access, constants } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { DataError, OptionError } from '../../../errors';
import { checkOptionNames } from '../../../options/check-option-names';

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

/** How a model runs. */
export interface SessionOptions {
  /**
   * Threads within one operation, 1 or more.
   *
   * @defaultValue all that the machine has
   */
  readonly threads?: number;
}

/** A model that is ready to run. */
export interface OnnxSession {
  /** Names of the inputs, in the model's order. */
  readonly inputNames: readonly string[];
  /** Names of the outputs, in the model's order. */
  readonly outputNames: readonly string[];
  /**
   * Computes all outputs. It blocks the event loop meanwhile (with ONNX Runtime 1.14).
   *
   * @param feeds one tensor for each input, by name
   * @throws {@link OptionError} when an input is missing or unknown; {@link DataError} when the model refuses the tensors.
   */
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  /** Frees the model's memory; the session cannot run afterwards. */
  dispose(): Promise<void>;
}

/**
 * Loads an ONNX model from a path: from memory, ONNX Runtime 1.14 would ignore the options.
 *
 * @throws {@link DataError} when the file is missing or no model; {@link OptionError} for a wrong number of threads.
 */
export async function createOnnxSession(
  ort: OnnxRuntime,
  path: string,
  options: SessionOptions = {},
): Promise<OnnxSession> {
  checkOptionNames('createSession', options, { threads: true });
  const { threads = availableParallelism() } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new OptionError(`threads: expected a whole number of at least 1, received ${threads}.`);
  }
  await access(path, constants.R_OK).catch((cause: Error) => {
    throw new DataError(`${path}: expected an ONNX model, which cannot be read: ${cause.message}.`, {
      cause,
    });
  });
  let session: OnnxInferenceSession | null;
  try {
    session = await ort.InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new DataError(
      `${path}: ONNX Runtime ${ort.version} cannot load this model: ${(cause as Error).message}. Expected a whole ONNX file; copy or export it again.`,
      { cause },
    );
  }
  const { inputNames, outputNames } = session;
  return {
    inputNames: [...inputNames],
    outputNames: [...outputNames],
    async run(feeds) {
      if (!session) throw new OptionError(`${path}: the session was disposed. Create it again.`);
      const given = Object.keys(feeds);
      const missing = inputNames.filter((name) => !given.includes(name));
      const unknown = given.filter((name) => !inputNames.includes(name));
      if (missing.length + unknown.length > 0) {
        throw new OptionError(
          `${path}: expected the inputs ${inputNames.join(', ')}, received ${given.join(', ') || 'none'}.`,
        );
      }
      try {
        // No list of outputs: up to 1.21, the right data would come back under the wrong names.
        return await session.run(feeds);
      } catch (cause) {
        const shapes = Object.entries(feeds).map(([name, { type, dims }]) => `${name} ${type} [${dims}]`);
        throw new DataError(
          `${path}: the model refuses ${shapes.join(', ')}: ${(cause as Error).message}. Give the types and shapes that it was exported with.`,
          { cause },
        );
      }
    },
    async dispose() {
      const ending = session;
      session = null;
      await ending?.release?.();
    },
  };
}
