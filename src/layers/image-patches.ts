import * as tf from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import { OptionError, ShapeError } from '../errors';
import { checkLayerArgs } from './layer-args';
import { single } from './layer-inputs';

/** Arguments of {@link ImagePatches}. */
export interface ImagePatchesArgs extends LayerArgs {
  /** Patches along each side of the image; must divide its height and width. */
  readonly grid: number;
}

/**
 * Cuts an image into a grid of patches, row by row, each flattened to a vector.
 *
 * Input: [batch, height, width, channels]. Output: [batch, grid * grid, (height / grid) * (width / grid) * channels].
 *
 * @throws {@link OptionError} when the grid is no whole number of at least 1.
 * @throws {@link ShapeError} when the grid does not divide the image.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { imagePatches } from 'mvsa-fusion/layers';
 *
 * const patches = imagePatches({ grid: 7 }).apply(tf.zeros([2, 56, 56, 3])) as tf.Tensor;
 * console.log(patches.shape); // [2, 49, 192]
 * ```
 * @see Dosovitskiy et al. 2020, "An Image is Worth 16x16 Words", section 3.1
 */
export class ImagePatches extends layers.Layer {
  /** The name under which tfjs saves and loads this layer. */
  static className = 'MvsaImagePatches';

  private readonly grid: number;

  constructor(args: ImagePatchesArgs) {
    super(args);
    if (!Number.isInteger(args.grid) || args.grid < 1) {
      throw new OptionError(
        `Layer ${this.name}: expected grid to be a whole number of at least 1, such as 7, received ${args.grid}.`,
      );
    }
    this.grid = args.grid;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const image = single(inputs);
    const { grid } = this;
    const [batch = 0, height = 0, width = 0, channels = 0] = image.shape;
    const [patches, size] = this.computeOutputShape(image.shape).slice(1) as [number, number];
    return tf.tidy(() => {
      // [batch, grid, rows, grid, columns * channels]
      const cut = tf.reshape(image, [batch, grid, height / grid, grid, (width / grid) * channels]);
      return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, patches, size]);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, height, width, channels] = inputShape as [number | null, number, number, number];
    const { grid } = this;
    const isCut = (side: number | null) => side !== null && side % grid === 0;
    if (inputShape.length !== 4 || !isCut(height) || !isCut(width)) {
      throw new ShapeError(
        `Layer ${this.name}: expected images [batch, height, width, channels] with sides divisible by grid ${grid}, ` +
          `received [${inputShape.map(String).join(', ')}].`,
      );
    }
    return [batch, grid * grid, (height / grid) * (width / grid) * channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), grid: this.grid };
  }
}

tf.serialization.registerClass(ImagePatches);

/**
 * Creates an {@link ImagePatches} layer.
 *
 * @throws {@link OptionError} when an argument is unknown.
 */
export function imagePatches(args: ImagePatchesArgs): ImagePatches {
  checkLayerArgs('imagePatches', args, { grid: true });
  return new ImagePatches(args);
}
