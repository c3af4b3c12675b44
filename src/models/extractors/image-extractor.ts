import { join } from 'node:path';
import { type ImageTransform, imageToFloat } from '../../data';
import { DataError, OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import {
  EXTRACTOR_OPTIONS,
  type ExtractorOptions,
  type ImageExtractor,
  type ImageFeatures,
  modelFileOptions,
  originOf,
} from './feature-extractor';
import { resolveModelFiles } from './hub/resolve-model-files';
import { findImageOutputs } from './onnx/find-image-outputs';
import { readImageTransform, TRANSFORM_FILES } from './preprocessing/read-image-transform';
import type { OnnxTensor } from './runtime/onnx-session';
import { openOnnxFeatures } from './runtime/open-onnx-features';

/** Options of {@link imageExtractor} and {@link resNet50Extractor}. */
export interface ImageExtractorOptions extends ExtractorOptions {
  /**
   * What images go through before the model; it must fix height and width.
   * @defaultValue what `preprocessor_config.json` or timm's `config.json` in the model's folder says
   */
  readonly transform?: ImageTransform;
  /**
   * The name of the tensor [batch, channels, rows, columns] in the ONNX graph, where it cannot be found.
   * @defaultValue found in the graph
   */
  readonly regionsTensor?: string;
  /**
   * The name of the tensor [batch, channels] in the ONNX graph, where it cannot be found.
   * @defaultValue found in the graph
   */
  readonly pooledTensor?: string;
}

export const IMAGE_EXTRACTOR_OPTIONS: Readonly<Record<keyof ImageExtractorOptions, true>> = {
  transform: true,
  regionsTensor: true,
  pooledTensor: true,
  ...EXTRACTOR_OPTIONS,
};

/** Bumped whenever the same bytes and transform give other pixels. */
const PIXELS_VERSION = 1;

/**
 * Loads a frozen CNN from an ONNX export, whatever head it ends in.
 *
 * The last spatial map and its mean are found in the graph, and the classifier behind them is left out. Numbers equal those of
 * PyTorch with the same weights within 1e-4.
 *
 * @param source a local folder, or the id of a model on the Hugging Face hub; it holds `onnx/model.onnx` and tells its preprocessing
 * @throws {@link DependencyError} when neither `@huggingface/transformers` nor `@xenova/transformers` is installed.
 * @throws {@link DataError} when files are missing, damaged, or of a model without a spatial map; when a download fails.
 * @throws {@link OptionError} when an option is unknown, and when the transform is unknown or leaves the size open.
 * @example
 * ```ts
 * import { decodeImage } from 'mvsa-fusion/data';
 * import { imageExtractor } from 'mvsa-fusion/models';
 *
 * const image = await imageExtractor('./models/efficientnet-lite2');
 * const [features] = await image.run([await decodeImage('./photo.jpg', image.transform)]);
 * console.log(image.grid, image.dim, features?.regions.length); // [9, 9] 1280 103680
 * ```
 */
export async function imageExtractor(
  source: string,
  options: ImageExtractorOptions = {},
): Promise<ImageExtractor> {
  checkOptionNames('imageExtractor', options, IMAGE_EXTRACTOR_OPTIONS);
  const { modelFile = 'onnx/model.onnx' } = options;
  const { folder } = await resolveModelFiles(source, {
    ...modelFileOptions(options),
    files: [modelFile],
    ...(!options.transform && { optionalFiles: TRANSFORM_FILES }),
  });
  return openImageExtractor(source, join(folder, modelFile), folder, options);
}

/** Loads the ONNX file of a model; `folder` tells its preprocessing where the options do not. */
export async function openImageExtractor(
  source: string,
  file: string,
  folder: string,
  options: ImageExtractorOptions,
): Promise<ImageExtractor> {
  const transform = options.transform ?? (await readImageTransform(folder));
  if (transform === null) {
    throw new OptionError(
      `${source}: expected its preprocessing in ${TRANSFORM_FILES.join(' or ')}, received neither. Pass the option transform, such as imageNetTransform.`,
    );
  }
  const [height, width] = sizeAfter(transform);
  const { regionsTensor, pooledTensor } = options;
  const { runtime, session, isDynamicallyQuantized, config } = await openOnnxFeatures(
    file,
    (model) => {
      const { regions, pooled } = findImageOutputs(model, {
        ...(regionsTensor && { regions: regionsTensor }),
        ...(pooledTensor && { pooled: pooledTensor }),
      });
      return { regions: regions.tensor, pooled: pooled.tensor };
    },
    options,
  );
  const [input, ...others] = session.inputNames;
  if (input === undefined || others.length > 0) {
    throw new DataError(
      `${source}: expected a model with one input, pixels, received ${session.inputNames.join(', ')}.`,
    );
  }

  const size = height * width * 3;
  const runBatch = async (images: readonly Uint8Array[]): Promise<ImageFeatures[]> => {
    const values = new Float32Array(images.length * size);
    for (const [at, bytes] of images.entries()) {
      const target = values.subarray(at * size, (at + 1) * size);
      imageToFloat(bytes, transform, { layout: 'channelsFirst', target });
    }
    const pixels = new runtime.ort.Tensor('float32', values, [images.length, 3, height, width]);
    const { regions, pooled } = await session.run({ [input]: pixels });
    return split(regions, pooled, images.length, source);
  };
  const run = async (images: readonly Uint8Array[]) => {
    if (images.length === 0 || images.some(({ length }) => length !== size)) {
      throw new OptionError(
        `run: expected images of [${height}, ${width}, 3] bytes, at least one. Decode them with decodeImage(path, extractor.transform).`,
      );
    }
    if (!isDynamicallyQuantized) return runBatch(images);
    // Its numbers would depend on the other images.
    const features: ImageFeatures[] = [];
    for (const image of images) features.push(...(await runBatch([image])));
    return features;
  };

  // One run tells the sizes, and that the model does run.
  const pixels = new runtime.ort.Tensor('float32', new Float32Array(size), [1, 3, height, width]);
  const probe = await session.run({ [input]: pixels });
  split(probe.regions, probe.pooled, 1, source);
  const [, dim, rows, columns] = (probe.regions as OnnxTensor).dims as [number, number, number, number];
  return {
    name: source,
    dim,
    grid: [rows, columns],
    transform,
    config: { ...config, transform, pixels: PIXELS_VERSION, isDynamicallyQuantized },
    origin: originOf('imageExtractor', source, options, ['transform', 'regionsTensor', 'pooledTensor']),
    run,
    dispose: () => session.dispose(),
  };
}

function sizeAfter({ resize, crop }: ImageTransform): readonly [height: number, width: number] {
  const size = crop ?? (typeof resize === 'number' ? undefined : resize);
  if (size === undefined) {
    throw new OptionError(
      'transform: expected crop, or resize as [height, width], so that all images have one size.',
    );
  }
  return typeof size === 'number' ? [size, size] : size;
}

/** Planes to regions: [batch, channels, rows, columns] to [rows * columns, channels] for each image. */
function split(
  regions: OnnxTensor | undefined,
  pooled: OnnxTensor | undefined,
  count: number,
  source: string,
): ImageFeatures[] {
  const [images, channels = 0, rows = 0, columns = 0] = regions?.dims ?? [];
  const isRight =
    regions?.dims.length === 4 &&
    images === count &&
    pooled?.dims[0] === count &&
    pooled.dims[1] === channels &&
    pooled.data.length === count * channels &&
    regions.data instanceof Float32Array &&
    pooled.data instanceof Float32Array;
  if (!isRight) {
    throw new DataError(
      `${source}: expected regions [${count}, channels, rows, columns] and pooled [${count}, channels] in float32, received [${regions?.dims.join(', ')}] and [${pooled?.dims.join(', ')}]. Name the tensors with regionsTensor and pooledTensor.`,
    );
  }
  const [maps, means] = [regions.data as Float32Array, pooled.data as Float32Array];
  const places = rows * columns;
  return Array.from({ length: count }, (_, image) => {
    const values = new Float32Array(places * channels);
    const start = image * channels * places;
    for (let place = 0; place < places; place++) {
      for (let channel = 0, from = start + place; channel < channels; channel++, from += places) {
        values[place * channels + channel] = maps[from] as number;
      }
    }
    return { regions: values, pooled: means.slice(image * channels, (image + 1) * channels) };
  });
}
