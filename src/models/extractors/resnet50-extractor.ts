import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { imageNetTransform } from '../../data';
import { DataError } from '../../errors';
import { rememberedSha256 } from '../../files/digests';
import { checkOptionNames } from '../../options/check-option-names';
import { type ImageExtractor, modelFileOptions, originOf } from './feature-extractor';
import { defaultCacheDir } from './hub/hub-cache';
import { resolveModelFiles } from './hub/resolve-model-files';
import { IMAGE_EXTRACTOR_OPTIONS, type ImageExtractorOptions, openImageExtractor } from './image-extractor';
import { exportResNet50Onnx } from './onnx/export-resnet50-onnx';
import { readImageTransform, TRANSFORM_FILES } from './preprocessing/read-image-transform';

const WEIGHTS_FILE = 'model.safetensors';
const ONNX_FILE = 'onnx/model.onnx';

/**
 * Loads a frozen ResNet-50: 49 regions of 2,048 numbers for an image of 224 x 224, and their mean.
 *
 * From `onnx/model.onnx` where the folder has it; else the ONNX file is written from `model.safetensors` (names of torchvision,
 * timm or Hugging Face), once, so that no Python is needed.
 *
 * @param source a local folder, or the id of a model on the Hugging Face hub, such as `microsoft/resnet-50`
 * @throws {@link DataError} when the model is no ResNet-50, or a file is missing or damaged; else as {@link imageExtractor}.
 * @example
 * ```ts
 * import { resNet50Extractor } from 'mvsa-fusion/models';
 *
 * const image = await resNet50Extractor('./models/resnet50');
 * console.log(image.grid, image.dim, image.transform.crop); // [7, 7] 2048 224
 * ```
 * @see He et al. 2015, "Deep Residual Learning for Image Recognition"
 */
export async function resNet50Extractor(
  source: string,
  options: ImageExtractorOptions = {},
): Promise<ImageExtractor> {
  checkOptionNames('resNet50Extractor', options, IMAGE_EXTRACTOR_OPTIONS);
  const cacheDirectory = options.cacheDir ?? defaultCacheDir();
  const wanted = options.modelFile ?? ONNX_FILE;
  const { folder } = await resolveModelFiles(source, {
    ...modelFileOptions(options),
    files: [],
    optionalFiles: [wanted, ...TRANSFORM_FILES],
  });
  let file = join(folder, wanted);
  if (!(await exists(file))) {
    if (options.modelFile)
      throw new DataError(`${source}: expected ${options.modelFile}, received no such file.`);
    await resolveModelFiles(source, {
      ...modelFileOptions(options),
      files: [WEIGHTS_FILE],
    });
    const weights = join(folder, WEIGHTS_FILE);
    const hash = await rememberedSha256(weights, cacheDirectory);
    file = join(cacheDirectory, 'exported', `resnet50-${hash.slice(0, 16)}.onnx`);
    if (!(await exists(file))) await exportResNet50Onnx(weights, file);
  }
  const transform = options.transform ?? (await readImageTransform(folder)) ?? imageNetTransform;
  const extractor = await openImageExtractor(source, file, folder, { ...options, transform });
  if (extractor.dim !== 2048) {
    throw new DataError(
      `${source}: expected a ResNet-50 with 2048 channels, received ${extractor.dim}. Use imageExtractor for other models.`,
    );
  }
  const names = ['transform', 'regionsTensor', 'pooledTensor'] as const;
  return { ...extractor, origin: originOf('resNet50Extractor', source, options, names) };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
