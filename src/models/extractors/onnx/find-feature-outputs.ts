import { DataError } from '../../../errors';
import { checkOptionNames } from '../../../options/check-option-names';
import { type FindImageOptions, findImageOutputs, type ImageOutputs } from './find-image-outputs';
import { type FindTextOptions, findTextOutputs, type TextOutputs } from './find-text-outputs';
import type { OnnxModel } from './onnx-model';

/** What {@link findFeatureOutputs} finds: the tensors of a text encoder or of a CNN. */
export type FeatureOutputs =
  | ({
      /** It takes token ids. */
      readonly kind: 'text';
    } & TextOutputs)
  | ({
      /** It takes pixels. */
      readonly kind: 'image';
    } & ImageOutputs);

/**
 * Finds the tensors that hold a model's features: by `findTextOutputs` when it takes token ids, by `findImageOutputs` when it
 * takes pixels.
 *
 * @throws {@link DataError} when it takes neither or both, and when a tensor is missing or ambiguous.
 * @throws {@link OptionError} when an option is unknown, and when the tensor of an option does not exist or has another rank.
 * @example
 * ```ts
 * import { findFeatureOutputs, readOnnxModel } from 'mvsa-fusion/onnx';
 *
 * const found = findFeatureOutputs(await readOnnxModel('./models/resnet50/model.onnx'));
 * if (found.kind === 'image') console.log(found.regions.tensor, found.pooled.tensor);
 * ```
 */
export function findFeatureOutputs(
  model: OnnxModel,
  options: FindTextOptions & FindImageOptions = {},
): FeatureOutputs {
  checkOptionNames('findFeatureOutputs', options, { tokens: true, regions: true, pooled: true });
  const isText = model.inputs.some(({ elementType }) => elementType === 'int64' || elementType === 'int32');
  const isImage = model.inputs.some(
    ({ elementType, shape }) => elementType !== 'int64' && shape?.length === 4,
  );
  if (isText === isImage) {
    const inputs = model.inputs.map(
      ({ name, elementType, shape }) =>
        `${name} ${elementType ?? 'of unknown type'} [${shape?.join(', ') ?? '?'}]`,
    );
    throw new DataError(
      `${model.file}: expected a model of token ids (int64) or of pixels ([batch, 3, height, width]), received the inputs ${inputs.join('; ')}. Export the text or the image encoder alone.`,
    );
  }
  const { tokens, ...ofImages } = options;
  return isText
    ? { kind: 'text', ...findTextOutputs(model, tokens === undefined ? {} : { tokens }) }
    : { kind: 'image', ...findImageOutputs(model, ofImages) };
}
