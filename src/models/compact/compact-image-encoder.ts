import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { imagePatches, layerNorm, positionEmbedding } from '../../layers';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { INTEGER, integerFrom } from '../../options/rules';
import { deriveSeed } from '../../random';
import { dense } from '../dense';

/** Options of {@link compactImageEncoder}. */
export interface CompactImageEncoderOptions {
  /**
   * Height and width of the image, a multiple of `grid`.
   * @defaultValue 56
   */
  readonly imageSize?: number;
  /**
   * Regions along each side.
   * @defaultValue 7: 49 regions, as ResNet50 at 224 pixels
   */
  readonly grid?: number;
  /**
   * Width of a region.
   * @defaultValue 64
   */
  readonly dim?: number;
  /**
   * Decides the initial weights.
   * @defaultValue 0
   */
  readonly seed?: number;
}

/** The row of the image's size, which whoever prepares images takes too. */
export const IMAGE_SIZE = {
  default: 56,
  rule: integerFrom(1),
  help: 'height and width of the decoded image, a multiple of 7',
} as const;

const TABLE = {
  imageSize: IMAGE_SIZE,
  grid: { default: 7, rule: integerFrom(1) },
  dim: { default: 64, rule: integerFrom(1) },
  seed: { default: 0, rule: INTEGER },
} as const satisfies OptionTable<CompactImageEncoderOptions>;

/** All options of {@link compactImageEncoder}: their defaults and checks, and the flags of command lines. */
export const COMPACT_IMAGE_OPTIONS: OptionTable<CompactImageEncoderOptions> = TABLE;

/**
 * Builds a small image encoder that trains from scratch: patch embedding, positions and one mixer block.
 *
 * The block first mixes regions (each channel over all of them), then channels (each region alone): a region learns
 * what is elsewhere in the image, without convolutions, whose gradients the wasm backend lacks.
 *
 * Input: `image` [batch, imageSize, imageSize, 3], normalised. Output: `regions` [batch, grid * grid, dim].
 *
 * @throws {@link OptionError} when an option is unknown or out of range.
 * @example
 * ```ts
 * import { compactImageEncoder } from 'mvsa-fusion/models';
 *
 * console.log(compactImageEncoder().outputs[0]?.shape); // [null, 49, 64]
 * ```
 * @see Dosovitskiy et al. 2020, "An Image is Worth 16x16 Words", section 3.1; Tolstikhin et al. 2021, "MLP-Mixer",
 * section 2
 */
export function compactImageEncoder(options: CompactImageEncoderOptions = {}): LayersModel {
  const { imageSize, grid, dim, seed } = resolveOptions('compactImageEncoder', options, TABLE);
  const image = input({ shape: [imageSize, imageSize, 3], name: 'image' });
  const apply = (layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]) =>
    layer.apply(x) as SymbolicTensor;
  const patches = apply(imagePatches({ name: 'image_encoder/patches', grid }), image);
  const embedded = apply(dense({ name: 'image_encoder/embedding', units: dim, seed }), patches);
  const positions = positionEmbedding({
    name: 'image_encoder/positions',
    seed: deriveSeed(seed, 'positions'),
  });
  const placed = apply(positions, embedded);
  const normed = apply(layerNorm({ name: 'image_encoder/norm', epsilon: 1e-5 }), placed);

  const channelsFirst = apply(layers.permute({ name: 'image_encoder/channels_first', dims: [2, 1] }), normed);
  const mixed = perceptron(channelsFirst, 'image_encoder/region_mixing', grid * grid, grid * grid, seed);
  const regionsFirst = apply(layers.permute({ name: 'image_encoder/regions_first', dims: [2, 1] }), mixed);
  const sum = apply(layers.add({ name: 'image_encoder/residual' }), [normed, regionsFirst]);
  const mixedNorm = apply(layerNorm({ name: 'image_encoder/mixed_norm', epsilon: 1e-5 }), sum);
  const regions = perceptron(mixedNorm, 'image_encoder/channel_mixing', 2 * dim, dim, seed);
  return model({ inputs: image, outputs: regions, name: 'image_encoder' });
}

/** Dense, ReLU, dense over the last axis. */
function perceptron(
  x: SymbolicTensor,
  name: string,
  hiddenUnits: number,
  units: number,
  seed: number,
): SymbolicTensor {
  const hidden = dense({ name: `${name}/hidden`, units: hiddenUnits, activation: 'relu', seed });
  return apply(dense({ name: `${name}/output`, units, seed }), apply(hidden, x));
}

function apply(layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}
