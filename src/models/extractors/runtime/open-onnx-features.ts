import { join } from 'node:path';
import { rememberedSha256 } from '../../../files/digests';
import type { ExtractorConfig, ExtractorOptions } from '../feature-extractor';
import { defaultCacheDir } from '../hub/hub-cache';
import type { OnnxModel } from '../onnx/onnx-model';
import { readOnnxModel } from '../onnx/read-onnx-model';
import type { Taps } from '../onnx/tap-outputs';
import { tappedModel } from '../onnx/tapped-model';
import type { OnnxSession } from './onnx-session';
import { loadTransformersRuntime, type TransformersRuntime } from './transformers-runtime';

/** An ONNX model that gives its features, ready to run. */
interface OnnxFeatures {
  readonly runtime: TransformersRuntime;
  readonly session: OnnxSession;
  /** Whether activations are quantised at run time, from the range of the whole batch. */
  readonly isDynamicallyQuantized: boolean;
  /** What identifies the model and the runtime in a feature cache. */
  readonly config: ExtractorConfig;
}

/** Operations that quantise activations by the range of all of their input. */
const DYNAMIC_QUANTIZATION = new Set([
  'DynamicQuantizeLinear',
  'DynamicQuantizeLSTM',
  'MatMulInteger',
  'ConvInteger',
]);

/** Taps the feature tensors of a model and loads it. */
export async function openOnnxFeatures(
  file: string,
  findTaps: (model: OnnxModel) => Taps,
  options: ExtractorOptions,
): Promise<OnnxFeatures> {
  const cacheDirectory = options.cacheDir ?? defaultCacheDir();
  const model = await readOnnxModel(file);
  const taps = findTaps(model);
  const sha256 = await rememberedSha256(file, cacheDirectory);
  const tapped = await tappedModel(file, taps, { sha256, cacheDirectory: join(cacheDirectory, 'tapped') });
  const runtime = await loadTransformersRuntime(options.package ? { package: options.package } : {});
  const session = await runtime.createSession(tapped, options.threads ? { threads: options.threads } : {});
  return {
    runtime,
    session,
    isDynamicallyQuantized: model.nodes.some(({ opType }) => DYNAMIC_QUANTIZATION.has(opType)),
    config: { model: sha256, taps, runtime: `onnxruntime-node ${runtime.ort.version}` },
  };
}
