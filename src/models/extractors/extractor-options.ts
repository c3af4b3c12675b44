import type { ResolveModelOptions } from '../hub';
import type { TransformersRuntimeOptions } from './transformers-runtime';
import type { SessionOptions } from './transformers-session';

/** Options of `resolveModelFiles` that extractors take too. */
const MODEL_OPTIONS = [
  'revision',
  'sha256',
  'cacheDir',
  'endpoint',
  'token',
  'offline',
  'onProgress',
  'signal',
] as const;

/** How a model's files are found or downloaded. */
export type ModelFileOptions = Pick<ResolveModelOptions, (typeof MODEL_OPTIONS)[number]>;

/** Where a model comes from and how it runs: options that all extractors share. */
export interface ExtractorOptions extends ModelFileOptions, TransformersRuntimeOptions, SessionOptions {
  /**
   * The ONNX file within the model's folder. `onnx/model_quantized.onnx` (int8) is two to three times faster and less exact:
   * with dynamic quantisation a row's numbers depend on the rest of its batch, so such a model runs one item at a time.
   * @defaultValue `'onnx/model.onnx'`: float32
   */
  readonly modelFile?: string;
}

/** The options that find a model's files, without those that are not given. */
export function modelFileOptions(options: ExtractorOptions): ModelFileOptions {
  return Object.fromEntries(
    MODEL_OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}
